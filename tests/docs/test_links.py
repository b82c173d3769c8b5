"""Links between pages lead somewhere, and no page is without a way to it."""

from __future__ import annotations

import pytest

from tests.docs.pages import ROOT, Page, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_link_leads_to_a_page_and_a_heading(page: Page) -> None:
    broken: list[str] = []
    for target in page.links():
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        if not path.exists() or (anchor and anchor not in Page(path).anchors()):
            broken.append(target)
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached = set[Page]()
    waiting = [Page(ROOT / "README.md"), Page(ROOT / "CONTRIBUTING.md"), Page(ROOT / "CHANGELOG.md")]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        linked = [(page.path.parent / target.partition("#")[0]).resolve() for target in page.links()]
        waiting += [Page(path) for path in linked if path.suffix == ".md" and Page(path) not in reached]
    assert [page.name for page in pages() if page not in reached] == []
