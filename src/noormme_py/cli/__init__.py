"""The command line, the optional extra `cli`. Nothing else imports typer and rich."""
