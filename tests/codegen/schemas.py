"""The schemas that modules are made of here: a small shop, and one where every name is as unlucky as can be."""

from __future__ import annotations

SHOP = """
    create table users (
        id integer primary key,
        email text not null unique,
        name text,
        role text not null default 'reader',
        born date,
        "first name" text,
        joined timestamp not null default current_timestamp,
        settings json,
        balance decimal text not null default '0'
    );
    create table posts (
        id integer primary key,
        author_id integer not null references users (id),
        editor_id integer references users (id),
        title text not null,
        slug text not null,
        length integer generated always as (length(title)) stored,
        unique (author_id, slug)
    );
    create table comments (
        id uuid text primary key not null,
        post_id integer not null references posts (id),
        body text not null
    );
    create table tags (id integer primary key, name text not null unique);
    create table post_tags (
        post_id integer not null references posts (id),
        tag_id integer not null references tags (id),
        primary key (post_id, tag_id)
    ) without rowid;
    create table profiles (user_id integer primary key references users (id), bio text);
    create table log (line text not null);
    create view readers as select id, email from users where role = 'reader';
    create view open_log as select line from log;
    create trigger open_log_insert instead of insert on open_log begin
        insert into log (line) values (new.line);
    end;
"""

NASTY = """
    create table literal (
        id integer primary key, "int" integer, str text not null, list json, date date not null, datetime timestamp,
        "Decimal" decimal text, uuid uuid text not null, property text, "Field" text, "Any" blob,
        bool boolean not null default false, type text, "User" text, tuple text
    );
    create table "any" (a int not null, b int not null, primary key (a, b));
    create table "int" (id integer primary key, literal_id integer not null references literal (id));
    create table list (id integer primary key, x int references list (id));
    create table user (id integer primary key, list int references list (id), builtins text, "_builtins" text);
    create table users (id integer primary key, user_id int not null references user (id));
    create table "order" (
        id text primary key not null, "class" text, "first name" text, "__x" text, "1" text, "ü" text, "日本" text,
        a_and_b text, a text, b text, unique (a, b)
    );
    create table orders (
        id integer primary key, self text, cls text, database text, model_config text, copy text, json text,
        schema text, keys text, items text, "get" text, "values" text, "update" text, pop text, "a.b" int
    );
    create table config (id integer primary key);
    create table schema (execute int, metrics int);
    create table "Database" (transaction_type int, row_types int, "as" text, as_ text);
    create table "DatabaseTransaction" (x int);
    create table "日本" (
        x int, "x x" int, "x-x" int, "x""y" int, 'x''y' int, "x\\y" int, "x\ny" int, "x\"\"\"\"'z" int
    );
    create table "1 table" ("a.b" int, "c\"\"\"\"\"\"d" int);
    create table "lambda" ("lambda" int not null primary key);
    create table property (
        overload int, property int, "TypedDict" int, "NotRequired" int, "RowModel" int, "Col" int, "TableOf" int,
        "Loaded" int, "Literal" int, "Answer" int, related_counts int, "ClassVar" int, "Mapping" int, "Callable" int,
        "None" int, "Never" int, "TypeAlias" int, "TypeVar" int, "Noormme" int, "AsyncExecutor" int
    );
    create table overload (x int);
    create table "UsersRepository" (x int);
    create table "_tables" (_x int, __y int, ___ int);
    create table data (x int);
    create table "emp""ty" (id integer primary key, g integer generated always as (1));
    create table find_by (find_by int, find_by_x int, by_id int, many_by_id int, x int, and_ int, "and" int);
    create view v as select 1 as "find one", 2 as x;
    create view w as select * from data;
    create trigger w_insert instead of insert on w begin insert into data values (new.x); end;
    create virtual table notes using fts5 (title, body);
    create table "x""; drop" ("a"";b" int);
    create table a_long_table_name_for_translations_of_items (
        the_long_column_name_of_its_number_one integer not null references a_long_table_name_of_a_parent_of_those,
        another_long_column_name_of_it decimal text not null,
        primary key (the_long_column_name_of_its_number_one, another_long_column_name_of_it)
    );
    create table a_long_table_name_of_a_parent_of_those (
        the_id integer primary key, "a long column name, not one of python" text not null
    );
"""
