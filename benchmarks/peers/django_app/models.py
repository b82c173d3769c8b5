"""The tables as Django's models. Django imports them while it is set up."""

from __future__ import annotations

from django.db import models


class User(models.Model):
    email = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20)
    age = models.IntegerField(null=True)
    is_active = models.BooleanField()
    balance = models.FloatField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "users"


class Session(models.Model):
    session_token = models.CharField(max_length=64, unique=True)
    # The tables' own ON DELETE CASCADE does it: Django need not look for children before a delete.
    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="sessions")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "sessions"


class Post(models.Model):
    session = models.ForeignKey(Session, on_delete=models.DO_NOTHING, related_name="posts")
    title = models.CharField(max_length=200)
    body = models.TextField()
    views = models.IntegerField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "posts"


class Comment(models.Model):
    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="comments")
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        db_table = "comments"
