"""Pages as a browser shows them: what stands where, in which colours, on a screen of some width."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --disable-dev-shm-usage"
)
LIGHT, DARK = 1, 0

# The page is shown in a frame of the given width, and looked at from outside: its own policy lets no script run.
WRAPPER = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="frame" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe><pre id="told"></pre>
<script>
const frame = document.getElementById("frame");
frame.addEventListener("load", () => {{
  const page = frame.contentDocument, view = frame.contentWindow, root = page.documentElement;
  const look = (node) => {{
    let ground = node;
    while (ground !== root && /rgba\\(.*, 0\\)/.test(view.getComputedStyle(ground).backgroundColor))
      ground = ground.parentElement;
    return [view.getComputedStyle(node).color, view.getComputedStyle(ground).backgroundColor];
  }};
  const inside = (node) => {{ const box = node.getBoundingClientRect(); return [box.left, box.right, box.height]; }};
  for (const one of page.querySelectorAll("details")) one.open = true;
  document.getElementById("told").textContent = JSON.stringify({{
    width: root.clientWidth,
    scroll_width: root.scrollWidth,
    outside: [...page.querySelectorAll("main *")].filter((node) => inside(node)[1] > root.clientWidth + 1).length,
    bars: [...page.querySelectorAll("rect:not(.track)")].map((node) => [node.getAttribute("class"), ...inside(node)]),
    blocks: [...page.querySelectorAll("pre.copy")].map((node) => node.textContent),
    headings: [...page.querySelectorAll("h1, h2, h3")].map((node) => node.textContent),
    text: page.body.innerText,
    loaded: view.performance.getEntriesByType("resource").map((one) => one.name),
    foreign: page.querySelectorAll("script, img, link, iframe, object, embed, form, [onerror], [onload]").length,
    colours: Object.fromEntries({selectors}.map((name) => [name, look(page.querySelector(name))])),
  }});
}});
</script>"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser made of a page; bars are (class, left, right, height) in pixels."""

    width: int
    scroll_width: int
    outside: int
    bars: list[tuple[str, float, float, float]]
    blocks: list[str]
    headings: list[str]
    text: str
    loaded: list[str]
    foreign: int
    colours: dict[str, tuple[str, str]]


def seen(page: str, folder: Path, *, width: int, scheme: int = LIGHT, selectors: tuple[str, ...] = ()) -> Seen:
    """Show a page in a browser, every part of it open, and look at it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert browser is not None, "no Chromium: apt-get install chromium (`make pytest` does it as root)"
    wrapper = folder / f"wrapper-{width}-{scheme}.html"
    text = WRAPPER.format(width=width, page=escape(page), selectors=json.dumps(selectors))
    wrapper.write_text(text, encoding="utf-8")
    options = [
        *QUIET.split(),
        f"--user-data-dir={folder / 'profile'}",
        f"--blink-settings=preferredColorScheme={scheme}",
    ]
    run = subprocess.run(
        [browser, *options, "--window-size=1400,1000", "--virtual-time-budget=5000", "--dump-dom", wrapper.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    told = run.stdout.partition('<pre id="told">')[2].partition("</pre>")[0]
    assert told, run.stderr
    found: dict[str, Any] = json.loads(unescape(told))
    return Seen(**found)


def contrast(colours: tuple[str, str]) -> float:
    """Return how far two colours are apart, as WCAG counts: 4.5 is enough for text."""
    first, second = sorted(map(_luminance, colours), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    parts = [float(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
