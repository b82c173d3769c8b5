"""What tests of applications are given."""
