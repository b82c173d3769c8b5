"""noormme_py, synchronous, where the version at hand has that face."""

from __future__ import annotations

from typing import Any

import noormme_py
from benchmarks.data import UserRow
from benchmarks.peers import NOTHING, NotOffered, Target
from benchmarks.peers.noormme_async import optimization, session_join, three_table_join


class SyncNoormmePeer:
    """The same calls as the asynchronous peer, without await."""

    is_async = False
    values = "python"
    lacks = NOTHING

    def setup(self, target: Target) -> None:
        if not hasattr(noormme_py, "SyncNoormme"):
            raise NotOffered("this version of noormme_py has no SyncNoormme")
        self.db: Any = noormme_py.SyncNoormme(target.location, optimization=optimization(target.pragmas))
        self.db.initialize()
        self.users = self.db.get_repository("users")
        self.plain_users = self.db.get_repository("users", UserRow)
        param = noormme_py.param
        self.session_user = session_join(self.db).where("sessions.session_token", "=", param("token")).prepare()
        self.posts = (
            three_table_join(self.db).where("s.id", ">=", param("first")).where("s.id", "<=", param("last")).prepare()
        )

    def teardown(self) -> None:
        self.db.close()

    def find_by_id(self, key: int) -> Any:
        return self.users.find_by_id(key)

    def find_by_email(self, email: str) -> Any:
        return self.users.find_by_email(email)

    def session_prepared(self, token: str) -> Any:
        return self.session_user.execute_take_first(token=token)

    def session_built(self, token: str) -> Any:
        return session_join(self.db).where("sessions.session_token", "=", token).execute_take_first()

    def list_objects(self, limit: int) -> Any:
        return self.users.find_all(limit=limit)

    def list_dataclasses(self, limit: int) -> Any:
        return self.plain_users.find_all(limit=limit)

    def three_tables(self, first: int, last: int) -> Any:
        return self.posts.execute(first=first, last=last)

    def users_with_comments(self, first: int, last: int) -> Any:
        return self.users.find_many({"id__between": (first, last)}, order_by="id", include=["comments"])

    def create(self, values: dict[str, Any]) -> Any:
        return self.users.create(values)

    def insert_many(self, rows: list[dict[str, Any]]) -> None:
        self.users.insert_many(rows)

    def update(self, key: int, changes: dict[str, Any]) -> None:
        self.users.update(key, changes)

    def delete(self, key: int) -> None:
        self.users.delete(key)
