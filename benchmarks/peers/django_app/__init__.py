"""The app that Django wants its models to belong to."""
