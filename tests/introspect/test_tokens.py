"""The tokenizer cuts a text as SQLite does, and says nothing that is not there."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from noormme_py.query.tokens import main_verb, split_script, tokens


def kinds(sql: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a1$ from é_t", ["word", "word", "word", "word"]),
        ('"a""b" [c]d]', ["quoted", "quoted", "word", "punct"]),
        ("`a``b`'it''s'", ["quoted", "string"]),
        ("x'00ff' X'' x'zz' ax'00'", ["blob", "blob", "blob", "word", "string"]),
        ("1 1.5 .5 5. 1e10 1.5E-3 0xFFh 1_000 1.e5", ["number"] * 9),
        ("1.5.2 1e+", ["number", "number", "number", "punct"]),
        ("? ?12 :a @b $c $a::b(x) #1", ["variable"] * 7),
        ("a->>b->c||d<=e<>f<<g>=h>>i==j!=k", ["word", "punct"] * 10 + ["word"]),
        ("a--b\nc/*d*/e/**/f/*/g*/h", ["word"] * 5),
        ("\ufeffselect\v;", ["word", "punct", "punct"]),
        ("a\n\vb", ["word", "word"]),
        ("a/* no end", ["word"]),
        ("a -- no end", ["word"]),
        ("a 'no end ''", ["word", "string"]),
        ('a "no end', ["word", "quoted"]),
        ("a [no end", ["word", "quoted"]),
        ("a `no end", ["word", "quoted"]),
        ("x'no end", ["blob"]),
        ("/*", ["punct", "punct"]),
        (": ::: \0 \\", ["variable", "variable", "punct", "punct"]),
    ],
)
def test_each_kind_of_token_is_known(sql: str, expected: list[str]) -> None:
    assert [token.kind for token in tokens(sql)] == expected


def test_operators_are_the_longest_there_are() -> None:
    assert [text for _, text in kinds("a->>b->c||d<=e<>f-1<-2")] == [
        *("a", "->>", "b", "->", "c", "||", "d", "<=", "e", "<>", "f", "-", "1", "<", "-", "2")
    ]


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("plain", "plain"),
        ('"a""b"', 'a"b'),
        ('"a"""', 'a"'),
        ('""', ""),
        ("[a b]", "a b"),
        ('[a"b`c]', 'a"b`c'),
        ("`a``b`", "a`b"),
        ("'it''s'", "it's"),
        ('"open', "open"),
        ('"open""', 'open"'),
        ("[open", "open"),
        ('"', ""),
    ],
)
def test_an_identifier_loses_its_quotes_only(sql: str, name: str) -> None:
    (token,) = tokens(sql)
    assert token.identifier == name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), st.sampled_from("\"`'"))
def test_a_quoted_name_is_the_name_that_sqlite_reads(name: str, quote: str) -> None:
    quoted = quote + name.replace(quote, quote * 2) + quote
    (token,) = tokens(quoted)
    connection = sqlite3.connect(":memory:")
    # A result column is named as it is written only in a table.
    connection.execute(f"create table t({quoted} int)")
    assert connection.execute("select name from pragma_table_info('t')").fetchall() == [(token.identifier,)]
    connection.close()


def test_a_keyword_is_made_of_ascii_letters_and_has_no_quotes() -> None:
    assert [token.keyword for token in tokens("Select \"from\" ſelect ( 'x' 1")] == [
        *("SELECT", "", "ſelect", "(", "", "")
    ]


SQL_TEXT = st.text() | st.lists(
    st.sampled_from(
        "' \" ` [ ] -- /* */ ; \n x' X 0x 1.5 1e 1e+ . ? : $a::b( ) :: $ @x -> ->> | || < > = ! word end END case "
        "begin create trigger temp explain with as select insert é \v \ufeff \0 / * -".split(" ")
    )
).map("".join)


@given(SQL_TEXT)
@example("/*")
@example("/*/")
@example("$a(b")
def test_tokens_and_the_gaps_between_them_are_the_text(sql: str) -> None:
    at = 0
    for token in tokens(sql):
        assert at <= token.start < token.end
        assert token.text == sql[token.start : token.end]
        assert list(tokens(sql[at : token.start])) == []
        at = token.end
    assert list(tokens(sql[at:])) == []


@pytest.mark.parametrize(
    ("sql", "verb"),
    [
        ("select 1", "SELECT"),
        ("  -- why\n /* x */ Update t set a = 1", "UPDATE"),
        ("with a as (select 1) select * from a", "SELECT"),
        ("with recursive a(x) as not materialized (values(1)), b as (select 1) insert into t select 1", "INSERT"),
        ("with a as (delete) delete from t where x in (select 1)", "DELETE"),
        ("with replace(x) as (select 1), t as (select 2) select * from t", "SELECT"),
        ("with t as (select 2) replace into t values (1)", "REPLACE"),
        ("with a as (select ')') update t set x = 1 returning *", "UPDATE"),
        ("with a as (select 1) values (1)", "VALUES"),
        ("with a as (select 1", "WITH"),
        ("explain query plan select 1", "EXPLAIN"),
        ("pragma user_version", "PRAGMA"),
        (";; delete from t", "DELETE"),
        ("ſelect 1", "ſelect"),
        ('"select" 1', ""),
        ("-- nothing", ""),
        (" ; ", ""),
        ("", ""),
    ],
)
def test_the_main_verb_is_that_of_the_main_statement(sql: str, verb: str) -> None:
    assert main_verb(sql) == verb


TRIGGER = (
    'create temp trigger "a;b" after update on t when case new.x when 1 then 1 else 0 end begin\n'
    "  update t set a = case when new.a then ';' else 2 end; -- ; end;\n"
    "  select end from t;\n"
    "end"
)


def test_a_script_is_split_between_statements_only() -> None:
    script = f"create table t(a, 'b;' text); -- no; \n;; {TRIGGER} ;\n begin; select ';', [;] /* ; */ from t; end"
    assert split_script(script) == [
        "create table t(a, 'b;' text)",
        TRIGGER,
        "begin",
        "select ';', [;] /* ; */ from t",
        "end",
    ]


def test_the_last_trigger_needs_no_semicolon() -> None:
    assert split_script(f"select 1; explain {TRIGGER}\n") == ["select 1", f"explain {TRIGGER}"]


def test_a_script_of_nothing_has_no_statements() -> None:
    assert split_script(" ; -- x\n /* y */ ;") == []


STATEMENTS = st.sampled_from(
    [
        "select 1",
        "select ';' as \"a;\", [;b] from t -- ;\n",
        "insert into t values ('it''s; ')",
        TRIGGER,
        TRIGGER.replace("temp ", ""),
        "begin",
        "end",
        'create table trigger_(a, "trigger" text)',
        "select case when a then b end from t",
        "explain query plan select 1",
        "/* ; */ create /* x */ temporary trigger x before insert on t begin select 1; end",
    ]
)


@given(st.lists(STATEMENTS), st.sampled_from([";", " ;\n", ";;", "; -- ;\n ;"]), st.booleans())
def test_a_joined_script_comes_apart_again(statements: list[str], joint: str, is_closed: bool) -> None:
    script = joint.join(statements) + (joint if is_closed else "")
    found = split_script(script)
    assert [kinds(statement) for statement in found] == [kinds(statement) for statement in statements]
    assert all(sqlite3.complete_statement(statement + ";") for statement in found)


@given(SQL_TEXT)
def test_splitting_loses_only_semicolons(sql: str) -> None:
    whole = [text for _, text in kinds(sql)]
    found = [[text for _, text in kinds(statement)] for statement in split_script(sql)]
    assert [t for s in found for t in s if t != ";"] == [text for text in whole if text != ";"]


@given(SQL_TEXT)
def test_sqlite_finds_each_statement_complete(sql: str) -> None:
    # To SQLite a text ends at NUL, and a quote or trigger that is open at the end of the script stays open.
    script = sql.replace("\0", "")
    for statement in split_script(script + "\n;select 1")[:-1]:
        assert sqlite3.complete_statement(statement + "\n;")


@pytest.mark.parametrize(
    "piece", ["(", "::", "1_", "/*/", "'", '"', "[", "/*", "/* *", "--", "a", "1e", "$a::", "$a(", "x'", ";", "''", "."]
)
def test_hostile_text_is_read_in_one_go(piece: str) -> None:
    # A tokenizer that goes back over what it has read would be at this for hours.
    sql = piece * (300_000 // len(piece))
    assert sum(1 for _ in tokens(sql)) <= len(sql)
    assert len("".join(split_script(sql))) <= len(sql)
    main_verb("with " + sql)
