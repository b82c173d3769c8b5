"""Words of tables in the singular and the plural."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.plurals import plural, singular

PAIRS = [
    ("user", "users"),
    ("category", "categories"),
    ("day", "days"),
    ("box", "boxes"),
    ("church", "churches"),
    ("dish", "dishes"),
    ("class", "classes"),
    ("address", "addresses"),
    ("status", "statuses"),
    ("bus", "buses"),
    ("virus", "viruses"),
    ("house", "houses"),
    ("cause", "causes"),
    ("purchase", "purchases"),
    ("image", "images"),
    ("employee", "employees"),
    ("person", "people"),
    ("child", "children"),
    ("woman", "women"),
    ("criterion", "criteria"),
    ("index", "indices"),
    ("analysis", "analyses"),
    ("movie", "movies"),
    ("tie", "ties"),
    ("leaf", "leaves"),
    ("quiz", "quizzes"),
    ("news", "news"),
    ("metadata", "metadata"),
    ("series", "series"),
    # Only the last word has a number.
    ("order_item", "order_items"),
    ("series_episode", "series_episodes"),
    ("orderItem", "orderItems"),
    ("OrderItem", "OrderItems"),
    ("salesPerson", "salesPeople"),
    ("ORDER_ITEM", "ORDER_ITEMS"),
    ("CATEGORY", "CATEGORIES"),
    ("HTTPRequest", "HTTPRequests"),
]


@pytest.mark.parametrize(("one", "many"), PAIRS)
def test_a_word_goes_both_ways(one: str, many: str) -> None:
    assert (plural(one), singular(many)) == (many, one)
    assert (plural(many), singular(one)) == (many, one)


@pytest.mark.parametrize("name", ["", "2024", "users_2024", "é", "items é", "a b c 7", '"', "_"])
def test_what_ends_in_no_word_stays(name: str) -> None:
    assert singular(name) == plural(name) == name


@pytest.mark.parametrize("name", ["id", "us", "is", "as"])
def test_a_word_of_two_letters_is_no_plural(name: str) -> None:
    assert singular(name) == name


@given(st.from_regex(r"[a-z]{2,7}[b-gj-rtvwy]", fullmatch=True))
def test_the_plural_of_a_word_is_a_plural(word: str) -> None:
    assert plural(plural(word)) == plural(word)
    assert plural(singular(plural(word))) == plural(word)


@given(st.from_regex(r"(?:[a-z]+_)?[a-z]{3,8}", fullmatch=True))
def test_only_the_last_word_changes(name: str) -> None:
    before, _, _ = name.rpartition("_")
    for made in (singular(name), plural(name)):
        assert made.rpartition("_")[0] == before
        assert made.islower()
