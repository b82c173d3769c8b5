"""What the documentation says is tried: snippets, tables, links and commands."""
