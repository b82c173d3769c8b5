"""A service for many companies: rows are deleted softly, and queues are columns."""

from __future__ import annotations

import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import at, fill, seeded, skewed, word

TENANTS = 300
USERS = 9_000
PROJECTS = 6_000
TASKS = 120_000
COMMENTS = 60_000
JOBS = 80_000
INVITES = 4_000
AUDITS = 60_000

SCHEMA = """
create table plans (id integer primary key, name text not null, price integer not null);
create table tenants (
    id integer primary key, slug text not null unique, plan_id integer not null references plans (id),
    region text not null, suspended_at text
);
create table users (
    id integer primary key, tenant_id integer not null references tenants (id), email text not null,
    role text not null, deleted_at text, unique (tenant_id, email)
);
create table api_keys (
    id integer primary key, tenant_id integer not null references tenants (id), digest text not null,
    revoked_at text
);
create table projects (
    id integer primary key, tenant_id integer not null references tenants (id), name text not null,
    is_archived integer not null, deleted_at text
);
create table tasks (
    id integer primary key, tenant_id integer not null references tenants (id),
    project_id integer not null references projects (id), assignee_id integer references users (id),
    state text not null, priority integer not null, title text not null, due_on text, created_at text not null,
    deleted_at text
);
create table comments (
    id integer primary key, task_id integer not null references tasks (id) on delete cascade,
    author_id integer not null references users (id), body text not null, created_at text not null
);
create table jobs (
    id integer primary key, kind text not null, state text not null, run_at text not null,
    attempts integer not null, payload text not null
);
create table invites (
    id integer primary key, tenant_id integer not null references tenants (id), email text not null,
    token text not null unique, accepted_at text
);
create table audits (
    id integer primary key, tenant_id integer not null references tenants (id), actor_id integer not null,
    action text not null, happened_at text not null
);
create table features (tenant_id integer not null, name text not null, is_on integer not null,
primary key (tenant_id, name))
    without rowid;
create index projects_tenant on projects (tenant_id);
create index comments_author on comments (author_id);
create index tasks_project on tasks (project_id);
create index users_tenant on users (tenant_id);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("tenants")
    fill(connection, "plans", ((n, f"plan {n}", n * 1000) for n in range(1, 5)))
    fill(
        connection,
        "tenants",
        ((n, f"co-{n}", n % 4 + 1, "eu us ap".split()[n % 3], None) for n in range(1, TENANTS + 1)),
    )
    fill(
        connection,
        "users",
        (
            (
                n,
                _tenant(n),
                f"{word(random)}{n}@example.com",
                "owner" if n % 30 == 0 else "member",
                at(n) if random.random() < 0.1 else None,
            )
            for n in range(1, USERS + 1)
        ),
    )
    fill(
        connection,
        "api_keys",
        ((n, _tenant(n), f"{n * 2_654_435_761 % 2**32:08x}", None if n % 4 else at(n)) for n in range(1, 2501)),
    )
    fill(
        connection,
        "projects",
        (
            (n, _tenant(n), word(random), n % 2, at(n) if random.random() < 0.2 else None)
            for n in range(1, PROJECTS + 1)
        ),
    )
    fill(connection, "tasks", (_task(n) for n in range(1, TASKS + 1)))
    fill(
        connection,
        "comments",
        (
            (n, random.randint(1, TASKS), random.randint(1, USERS), "yes " * 15, at(n * 400))
            for n in range(1, COMMENTS + 1)
        ),
    )
    fill(
        connection,
        "jobs",
        (
            (
                n,
                "mail sync export".split()[n % 3],
                "queued" if n > JOBS - 150 else "failed" if n % 200 == 0 else "done",
                at(n * 300),
                1,
                "{}" * 20,
            )
            for n in range(1, JOBS + 1)
        ),
    )
    fill(
        connection,
        "invites",
        (
            (n, _tenant(n), f"{word(random)}@example.com", f"tok-{n:08}", at(n) if n % 3 else None)
            for n in range(1, INVITES + 1)
        ),
    )
    fill(
        connection,
        "audits",
        ((n, skewed(random, TENANTS), random.randint(1, USERS), "edit", at(n * 400)) for n in range(1, AUDITS + 1)),
    )
    names = "beta export sso api".split()
    fill(connection, "features", ((n, name, n % 2) for n in range(1, TENANTS + 1) for name in names))


def _tenant(number: int) -> int:
    return number * 7919 % TENANTS + 1


def _task(number: int) -> tuple[int | str | None, ...]:
    spread = number * 2_654_435_761 % 2**32
    project = spread % PROJECTS + 1
    state = "done" if spread % 100 < 80 else "open" if spread % 100 < 92 else "review"
    assignee = None if spread % 7 == 0 else spread % USERS + 1
    deleted = at(number) if spread % 13 == 0 else None
    due = None if spread % 3 == 0 else at(number * 250)[:10]
    return (
        number,
        _tenant(project),
        project,
        assignee,
        state,
        spread % 5,
        f"task {number}",
        due,
        at(number * 250),
        deleted,
    )


STATEMENTS = (
    # Who it is, and what he may: keys do it.
    asked(20_000, "select id, plan_id, suspended_at from tenants where slug = ?", ("co-7",), ("co-288",)),
    asked(
        20_000,
        "select id, role from users where tenant_id = ? and email = ? and deleted_at is null",
        (5, "x@example.com"),
        (200, "y@example.com"),
    ),
    asked(15_000, "select is_on from features where tenant_id = ? and name = ?", (3, "sso"), (290, "api")),
    asked(9000, "select * from users where id = ?", (8,), (8888,)),
    asked(9000, "select * from tasks where id = ?", (8,), (88_888,)),
    asked(700, "select id, role, email from users where tenant_id = ? and deleted_at is null", (9,), (299,)),
    asked(900, "select id, email from invites where token = ? and accepted_at is null", ("tok-00000017",), ("no",)),
    # A key of the interface: few thousand rows, asked at each call.
    asked(
        6000, "select id, tenant_id from api_keys where digest = ? and revoked_at is null", ("9e3779b1",), ("00000000",)
    ),
    # The lists of a company.
    asked(
        2500,
        "select id, name from projects where tenant_id = ? and deleted_at is null and is_archived = 0",
        (3,),
        (280,),
    ),
    asked(
        3000,
        "select id, title, state, priority from tasks where tenant_id = ? and deleted_at is null "
        "order by created_at desc limit 50",
        (4,),
        (299,),
    ),
    asked(
        800,
        "select count(*) from tasks where tenant_id = ? and state = ? and deleted_at is null",
        (4, "open"),
        (299, "review"),
    ),
    asked(
        2000,
        "select id, title from tasks where project_id = ? and deleted_at is null order by priority desc",
        (40,),
        (5999,),
    ),
    # My open tasks.
    asked(
        2500,
        "select id, title, due_on from tasks where assignee_id = ? and state = 'open' and deleted_at is null "
        "order by due_on",
        (12,),
        (8000,),
    ),
    # The talk under a task.
    asked(
        5000,
        "select c.body, c.created_at, u.email from comments c join users u on u.id = c.author_id "
        "where c.task_id = ? order by c.created_at",
        (9,),
        (110_000,),
    ),
    # The queue: a hundred of many thousands, asked all the time.
    asked(
        8000,
        "select id, kind, payload from jobs where state = 'queued' and run_at <= ? order by run_at limit 10",
        (at(80_000 * 300),),
        (at(79_900 * 300),),
    ),
    # The last things that happened in a company.
    asked(
        600,
        "select actor_id, action, happened_at from audits where tenant_id = ? order by happened_at desc limit 30",
        (2,),
        (250,),
    ),
    # Tiny tables, halves of tables, and what is asked once a day.
    asked(500, "select * from plans where name = ?", ("plan 2",)),
    asked(200, "select t.slug, p.name from tenants t join plans p on p.id = t.plan_id where p.price > ?", (2000,)),
    asked(40, "select id, slug from tenants where region = ?", ("eu",), ("ap",)),
    asked(2, "select count(*) from projects where is_archived = 1"),
    asked(
        3, "select tenant_id, count(*) from tasks where deleted_at is null group by tenant_id order by 2 desc limit 10"
    ),
    asked(1, "select id, title from tasks where upper(title) = ?", ("TASK 77",)),
    asked(1, "select state, count(*) from jobs group by state"),
    asked(2, "select id, kind from jobs where state = 'failed' order by run_at desc limit 20"),
    asked(1, "select id from comments where body like ?", ("%never%",)),
    asked(2, "select tenant_id, count(*) from invites where accepted_at is null group by tenant_id"),
    # Writes.
    asked(
        1500,
        "insert into tasks (tenant_id, project_id, assignee_id, state, priority, title, created_at) "
        "values (?, ?, ?, 'open', 1, ?, ?)",
        (4, 40, 12, "new", at(3e7)),
    ),
    asked(2500, "update tasks set state = ? where id = ?", ("done", 500), ("review", 100_000)),
    asked(300, "update tasks set deleted_at = ? where id = ?", (at(3e7), 700)),
    asked(1200, "insert into comments (task_id, author_id, body, created_at) values (?, ?, 'ok', ?)", (9, 10, at(3e7))),
    asked(
        4000,
        "insert into jobs (kind, state, run_at, attempts, payload) values ('mail', 'queued', ?, 0, '{}')",
        (at(80_001 * 300),),
    ),
    asked(4000, "update jobs set state = 'done', attempts = attempts + 1 where id = ?", (79_950,), (79_999,)),
    asked(
        5000,
        "insert into audits (tenant_id, actor_id, action, happened_at) values (?, ?, 'edit', ?)",
        (4, 12, at(60_001 * 400)),
    ),
    asked(200, "update users set role = ? where id = ?", ("owner", 77)),
    asked(
        40,
        "delete from users where id = ? and deleted_at is not null and id not in (select author_id from comments)",
        (77,),
    ),
    asked(3000, "update features set is_on = 1 - is_on where tenant_id = ? and name = ?", (3, "sso")),
)

WORKLOAD = Workload(
    name="tenants",
    about="a service for many companies, soft deletion, queues",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("the digest of a key", "api_keys(digest)", "api_keys(digest) where revoked_at is null"),
        need(
            "a company's tasks, newest first",
            "tasks(tenant_id, created_at) where deleted_at is null",
            "tasks(tenant_id+deleted_at, created_at)",
            "tasks(tenant_id) where deleted_at is null",
        ),
        need(
            "my open tasks",
            "tasks(assignee_id, state, due_on) where deleted_at is null",
            "tasks(assignee_id) where state = 'open'",
            "tasks(assignee_id+state)",
            "tasks(assignee_id+deleted_at)",
            "tasks(assignee_id+state+deleted_at)",
        ),
        need("the talk under a task", "comments(task_id, created_at)", "comments(task_id)"),
        need("the queue", "jobs(run_at) where state = 'queued'", "jobs(state, run_at)", "jobs(state)"),
        need("what happened in a company", "audits(tenant_id, happened_at)", "audits(tenant_id)"),
    ),
    acceptable=(
        "tasks(tenant_id+state) where deleted_at is null",
        "tasks(tenant_id+state+deleted_at)",
        "tasks(project_id, priority) where deleted_at is null",
        "tasks(project_id+deleted_at, priority)",
    ),
    must_not=(
        "plans",
        "tenants",
        "features",
        "invites",
        "users",
        "projects(is_archived)",
        "tasks(title)",
        "tasks(upper(title))",
        "comments(body)",
        "tasks(state)",
        "tasks(deleted_at)",
    ),
    drops_ok=("users_tenant",),
    drops_wrong=("projects_tenant", "comments_author", "tasks_project"),
)
