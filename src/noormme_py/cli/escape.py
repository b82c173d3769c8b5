"""Text of any origin as it may be printed: whatever is in it, the terminal does nothing but show it."""

from __future__ import annotations


def escaped(name: str) -> str:
    r"""Return a name so that two different ones look different: a newline as `\n`, a backslash as `\\`."""
    return visible(name.replace("\\", "\\\\"))


def visible(text: str) -> str:
    r"""Return the text with everything that does not print as itself written as in Python: `\n`, `\x1b`, `\u202e`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
