"""The tables of one WordPress as they fill: posts, comments, users and their meta rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stocktake.demo import clock

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from stocktake.demo.tables import Cell, Tables

Metas = Iterable[tuple[str, str | int]]

# How WooCommerce writes "no tax"; the group's clean-up job takes such rows for empty ones.
NO_TAX_OF_LINE = 'a:2:{s:5:"total";a:0:{}s:8:"subtotal";a:0:{}}'
NO_TAX_OF_SHIPPING = 'a:1:{s:5:"total";a:0:{}}'
EMPTY = ("", 0, "0", NO_TAX_OF_LINE, NO_TAX_OF_SHIPPING)

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def token(seed: str, length: int) -> str:
    """Letters and digits as keys and ids are made of; at most 64."""
    digest = hashlib.sha512(seed.encode()).digest()
    return "".join(_ALPHABET[byte % 62] for byte in digest[:length])


@dataclass
class Post:
    """What a row of `posts` says; times in UTC."""

    number: int
    kind: str
    at: datetime
    title: str
    content: str = ""
    status: str = "publish"
    author: int = 1
    excerpt: str = ""
    name: str = ""
    parent: int = 0
    changed: datetime | None = None
    password: str = ""
    mime: str = ""
    order: int = 0


@dataclass
class Comment:
    """What a row of `comments` says; times in UTC."""

    post: int
    kind: str
    at: datetime
    author: str
    text: str
    email: str = ""
    ip: str = ""
    user: int = 0
    agent: str = "WooCommerce"
    approved: str = "1"


@dataclass
class Site:
    """One WordPress, numbering its rows as they come."""

    tables: Tables
    random: Random
    onion: str
    products: dict[str, int] = field(default_factory=dict)
    variations: dict[tuple[str, str], int] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    def _next(self, table: str) -> int:
        self._last[table] = self._last.get(table, 0) + 1
        return self._last[table]

    def meta(self, post: int, metas: Metas) -> None:
        """Rows of `postmeta`."""
        for key, value in metas:
            number = self._next("postmeta")
            self.tables.add("postmeta", meta_id=number, post_id=post, meta_key=key, meta_value=str(value))

    def user_meta(self, user: int, metas: Metas) -> None:
        """Rows of `usermeta`."""
        for key, value in metas:
            number = self._next("usermeta")
            self.tables.add("usermeta", umeta_id=number, user_id=user, meta_key=key, meta_value=str(value))

    def option(self, name: str, value: str, autoload: str = "yes") -> None:
        """A row of `options`."""
        number = self._next("options")
        self.tables.add("options", option_id=number, option_name=name, option_value=value, autoload=autoload)

    def user(self, number: int, login: str, password: str, email: str, since: datetime, shown: str) -> None:
        """A row of `users`."""
        self.tables.add(
            "users",
            ID=number,
            user_login=login,
            user_pass=password,
            user_nicename=login.replace(".", "-"),
            user_email=email,
            user_url="",
            user_registered=clock.utc_text(since),
            user_activation_key="",
            user_status=0,
            display_name=shown,
        )

    def post(self, post: Post) -> None:
        """A row of `posts`."""
        changed = post.changed or post.at
        self.tables.add(
            "posts",
            ID=post.number,
            post_author=post.author,
            post_date=clock.local_text(post.at),
            # WordPress gives a draft no date in GMT before it is published.
            post_date_gmt="0000-00-00 00:00:00" if post.status == "draft" else clock.utc_text(post.at),
            post_content=post.content,
            post_title=post.title,
            post_excerpt=post.excerpt,
            post_status=post.status,
            comment_status="open" if post.kind == "product" else "closed",
            ping_status="closed",
            post_password=post.password,
            post_name=post.name,
            to_ping="",
            pinged="",
            post_modified=clock.local_text(changed),
            post_modified_gmt=clock.utc_text(changed),
            post_content_filtered="",
            post_parent=post.parent,
            guid=f"http://{self.onion}/?post_type={post.kind}&#038;p={post.number}",
            menu_order=post.order,
            post_type=post.kind,
            post_mime_type=post.mime,
            comment_count=0,
        )

    def comment(self, comment: Comment, metas: Metas = ()) -> None:
        """A row of `comments` with its meta rows."""
        number = self._next("comments")
        self.tables.add(
            "comments",
            comment_ID=number,
            comment_post_ID=comment.post,
            comment_author=comment.author,
            comment_author_email=comment.email,
            comment_author_url="",
            comment_author_IP=comment.ip,
            comment_date=clock.local_text(comment.at),
            comment_date_gmt=clock.utc_text(comment.at),
            comment_content=comment.text,
            comment_karma=0,
            comment_approved=comment.approved,
            comment_agent=comment.agent,
            comment_type=comment.kind,
            comment_parent=0,
            user_id=comment.user,
        )
        for key, value in metas:
            self.tables.add(
                "commentmeta",
                meta_id=self._next("commentmeta"),
                comment_id=number,
                meta_key=key,
                meta_value=str(value),
            )

    def order_item(self, order: int, kind: str, name: str, metas: Metas, whole: bool) -> int:
        """A row of `woocommerce_order_items` with its meta rows, empty ones only if `whole`; its number."""
        number = self._next("items")
        self.tables.add(
            "woocommerce_order_items",
            order_item_id=number,
            order_item_name=name,
            order_item_type=kind,
            order_id=order,
        )
        for key, value in metas:
            if whole or value not in EMPTY:
                self.tables.add(
                    "woocommerce_order_itemmeta",
                    meta_id=self._next("itemmeta"),
                    order_item_id=number,
                    meta_key=key,
                    meta_value=str(value),
                )
        return number

    def term(self, number: int, name: str, slug: str, taxonomy: str) -> None:
        """A row of `terms` and its row of `term_taxonomy`, which have the same number."""
        self.tables.add("terms", term_id=number, name=name, slug=slug, term_group=0)
        self.tables.add(
            "term_taxonomy",
            term_taxonomy_id=number,
            term_id=number,
            taxonomy=taxonomy,
            description="",
            parent=0,
            count=0,
        )

    def related(self, post: int, *terms: int) -> None:
        """Rows of `term_relationships`."""
        for number in terms:
            cells: dict[str, Cell] = {"object_id": post, "term_taxonomy_id": number, "term_order": 0}
            self.tables.add("term_relationships", **cells)
