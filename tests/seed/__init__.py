"""The snippets of the TypeScript library's migration summary, in Python."""
