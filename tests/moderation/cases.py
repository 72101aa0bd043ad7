"""Builders: posts that were flagged, and the people around them."""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.accounts.models import Role, User
from apps.courses.models import Chapter
from apps.discussions.models import Post
from apps.moderation.flagging import flag
from apps.moderation.models import Flag, FlagReason, ReviewItem
from tests.conduct.people import build_moderator, build_person
from tests.discussions.talks import build_chapter, build_reply, build_thread


def find_reason(key: str = "spam") -> FlagReason:
    """Made where a test that committed has emptied the table."""
    return FlagReason.objects.get_or_create(key=key, defaults={"label": key.title(), "position": 1})[0]


@dataclass
class Case:
    """A question of Ada's with a reply of Eve's; Mo and Di moderate the course, and everybody may flag."""

    chapter: Chapter = field(default_factory=build_chapter)
    ada: User = field(default_factory=lambda: build_person("Ada"))
    eve: User = field(default_factory=lambda: build_person("Eve"))
    first: Post = field(init=False)
    spam: Post = field(init=False)

    def __post_init__(self) -> None:
        self.first = build_thread(self.chapter, self.ada)
        self.spam = build_reply(self.first, self.eve, "Buy gold.")
        self.mo, self.di = build_moderator("Mo", self.chapter.course), build_moderator("Di", self.chapter.course)

    def flag(self, post: Post | None = None, person: User | None = None) -> Flag:
        return flag(actor=person or self.ada, post=post or self.spam, reason=find_reason())

    def flag_by_many(self, count: int = 3) -> ReviewItem:
        for number in range(count):
            self.flag(person=build_person(f"Flagger{number}"))
        return self.item()

    def item(self, post: Post | None = None) -> ReviewItem:
        return ReviewItem.objects.get(post=post or self.spam)

    def read(self, post: Post | None = None) -> Post:
        """As it is now."""
        return Post.objects.select_related("thread").get(pk=(post or self.spam).pk)


def build_admin() -> User:
    return build_person("Boss", Role.ADMIN)
