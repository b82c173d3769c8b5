"""Django's ORM, synchronous, outside of any web request."""

from __future__ import annotations

from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Prefetch

from benchmarks.data import USER_COLUMNS, UserRow
from benchmarks.peers import Target

JOINED_PATHS = (
    "title",
    "views",
    "published_at",
    "session__session_token",
    "session__expires_at",
    "session__user__name",
    "session__user__email",
)


LACKS = {"session_prepared": "Django has no prepared queries"}


def configure(target: Target) -> None:
    """Set Django up; its models can only be imported afterwards."""
    commands = ";".join(f"pragma {name} = {value}" for name, value in target.pragmas.items())
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": target.location,
                "CONN_MAX_AGE": None,
                "OPTIONS": {"init_command": commands, "transaction_mode": "IMMEDIATE", "timeout": 30},
            }
        },
        INSTALLED_APPS=["benchmarks.peers.django_app"],
        USE_TZ=False,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()


class DjangoPeer:
    is_async = False
    values = "python"
    lacks = LACKS

    def setup(self, target: Target) -> None:
        configure(target)
        app = apps.get_app_config("django_app")
        self.User, self.Post, self.Comment = map(app.get_model, ("User", "Post", "Comment"))

    def teardown(self) -> None:
        connection.close()

    def find_by_id(self, key: int) -> Any:
        return self.User.objects.get(pk=key)

    def find_by_email(self, email: str) -> Any:
        return self.User.objects.get(email=email)

    def session_built(self, token: str) -> Any:
        return self.User.objects.get(sessions__session_token=token)

    def list_objects(self, limit: int) -> Any:
        return list(self.User.objects.order_by("id")[:limit])

    def list_dataclasses(self, limit: int) -> Any:
        return [UserRow(*row) for row in self.User.objects.order_by("id").values_list(*USER_COLUMNS)[:limit]]

    def three_tables(self, first: int, last: int) -> Any:
        query = self.Post.objects.filter(session__id__gte=first, session__id__lte=last).order_by("id")
        return list(query.values_list(*JOINED_PATHS))

    def users_with_comments(self, first: int, last: int) -> Any:
        comments = Prefetch("comments", queryset=self.Comment.objects.order_by("id"))
        return list(self.User.objects.filter(pk__range=(first, last)).order_by("pk").prefetch_related(comments))

    def create(self, values: dict[str, Any]) -> Any:
        return self.User.objects.create(**values)

    def insert_many(self, rows: list[dict[str, Any]]) -> None:
        self.User.objects.bulk_create([self.User(**row) for row in rows])

    def update(self, key: int, changes: dict[str, Any]) -> None:
        self.User.objects.filter(pk=key).update(**changes)

    def delete(self, key: int) -> None:
        self.User.objects.filter(pk=key).delete()
