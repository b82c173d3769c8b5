"""Writes the synchronous face and its contract tests from the asynchronous ones: `--check` only compares.

Threads share what one loop has for itself: in `client/async_*` what belongs together is assigned at once.

The two differ by words alone, so that nothing is kept twice by hand. What differs by more than a word is in
`engine/`, which is not generated.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("src/noormme_py/client", "tests/contract")
NOTICE = "# Written by scripts/generate_sync.py from {}: change that, then run `make fmt`.\n"

# In order: what an earlier rule leaves, a later one sees.
RULES: tuple[tuple[str, str], ...] = (
    (r"\bfrom collections\.abc import AsyncGenerator\b", "from collections.abc import Generator"),
    (r"\bAsyncGenerator\[", "Generator["),
    (r"\bAsyncGenerator\b", "Generator"),
    (r"\b_AsyncGeneratorContextManager\b", "_GeneratorContextManager"),
    (r"\bAwaitable\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]", r"\1"),
    (r"(?m)^Answer: TypeAlias = .*\n(\"\"\".*\"\"\"\n)\n?", ""),
    (r"\bAnswer\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]", r"\1"),
    (r"\bAnswer, ", ""),
    (r"\bCoroutine\[Any, Any, ((?:[^\[\]]|\[[^\[\]]*\])*)\]", r"\1"),
    (r"\b(Awaitable|Coroutine), ", ""),
    (r", (Awaitable|Coroutine)\b", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bAbstractAsyncContextManager\b", "AbstractContextManager"),
    (r"\b__aenter__\b", "__enter__"),
    (r"\b__aexit__\b", "__exit__"),
    (r"\b__aiter__\b", "__iter__"),
    (r"\baclosing\b", "closing"),
    (r"\baclose\b", "close"),
    (r"\banext\b", "next"),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"`async with`", "`with`"),
    (r"\bawait ", ""),
    (r"\bNoormme\b", "SyncNoormme"),
    (r"\bAsync([A-Z]\w*)", r"Sync\1"),
    (r"\basync_(\w+)", r"sync_\1"),
    (r"\basynchronous\b", "synchronous"),
)


def sources() -> Iterator[tuple[Path, Path]]:
    """Yield each asynchronous file with the one that is made of it."""
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).glob("*async_*.py")):
            yield source, source.with_name(source.name.replace("async_", "sync_"))


def synchronous(text: str) -> str:
    """Return the synchronous form of a module's text."""
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return text


def formatted(text: str) -> str:
    """Return a module's text as ruff writes it, its imports sorted and none of them unused."""
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(ROOT / "src/noormme_py/client/generated.py"), "-"]
    for command in (["check", "--quiet", "--fix-only", "--select", "I,F401"], ["format", "--quiet"]):
        text = subprocess.run([*ruff, *command, *name], input=text, capture_output=True, text=True, check=True).stdout
    return text


def main() -> int:
    """Write the files that differ, or name them."""
    parser = argparse.ArgumentParser(description="Write the synchronous face from the asynchronous one.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is not as it would be")
    options = parser.parse_args()
    stale = []
    for source, target in sources():
        text = formatted(NOTICE.format(source.name) + synchronous(source.read_text("utf-8")))
        if not target.exists() or target.read_text("utf-8") != text:
            stale.append(target.relative_to(ROOT))
            if not options.check:
                target.write_text(text, "utf-8")
    for path in stale:
        print(f"{path} {'is not what would be written: make fmt' if options.check else 'written'}")
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
