"""A small chapter that has everything, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Mapping

from apps.accounts.models import Role, User
from apps.accounts.people import create_person
from apps.courses.dialect import BadChapter, Compiled, compile_chapter
from apps.courses.models import Chapter, Course, Revision
from apps.courses.publishing import publish

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
  <title>Two circles</title>
  <defs><marker id="tip" viewBox="0 0 4 4"><path d="M0 0L4 2L0 4"/></marker></defs>
  <circle cx="5" cy="5" r="4" fill="currentColor"/>
  <path d="M1 1L9 9" marker-end="url(#tip)"/>
</svg>
"""
FIGURES: Mapping[str, str] = {"circles.svg": SVG}

CHAPTER = """---
title: A small chapter
level: Introductory
summary: Everything that a chapter has, and little of each.
updated: 2026-11-23
---

## Introduction {#introduction}

Words with *stress*, `code` and a [link](https://pytorch.org).

## Learning objectives {#objectives}

::: objectives goals
- Read.
:::

## A topic {#a-topic}

::: figure circles src="circles.svg" wide
Two circles.
:::

### Closer {#closer}

::: listing adding title="Adding" output="exact"
```python
print(1 + 1)  # two
```
```output
2
```
:::

::: callout careful kind="warning"
See [the topic](#a-topic).
:::

## Mini project {#mini-project}

::: project first title="First" goal="loss < 1" minutes="2"
Before.

```python
loss = 0.5
print(loss)
```
```output
0.5
```

After.
:::

## Common mistakes {#common-mistakes}

None.

## Best practices {#best-practices}

All.

## Exercises {#exercises}

::: exercise think title="Think"
Why?
---
Because.
:::

## Quiz {#quiz}

::: quiz sum
What is 1 + 1?
- [ ] `3`
  > Count again.
- [x] `2`
  > Yes.
:::

::: quiz primes
Which are prime?

```python
print(2, 3, 4)
```
- [x] 2
- [x] 3
- [ ] 4
  > 2 times 2.
:::

## Interview questions {#interview}

::: interview asked
What is a sum?
---
An addition.
:::

## FAQ {#faq}

::: faq often
Is it hard?
---
No.
:::

## Summary {#summary}

Done.

## Next chapter {#next}

::: next second
More of it.
:::
"""


def compile_text(source: str = CHAPTER, figures: Mapping[str, str] = FIGURES) -> Compiled:
    return compile_chapter(source, figures=figures, address="small/first")


def replaced(*changes: tuple[str, str]) -> str:
    """The chapter with some of its text exchanged; what is exchanged must be there."""
    text = CHAPTER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


def list_problems(source: str, figures: Mapping[str, str] = FIGURES) -> list[tuple[int, str]]:
    try:
        compile_text(source, figures)
    except BadChapter as bad:
        return [(line, message) for line, message in bad.problems]
    return []


def build_chapter(slug: str = "first", number: int = 1) -> Chapter:
    """An announced chapter on a course of two."""
    course, _ = Course.objects.get_or_create(slug="small", defaults={"title": "Small"})
    Chapter.objects.get_or_create(course=course, slug="second", defaults={"number": 99, "title": "Second"})
    return Chapter.objects.create(course=course, slug=slug, number=number, title="Announced")


def publish_text(chapter: Chapter, source: str = CHAPTER, base: int = 0, **more: object) -> Revision:
    wanted = {"figures": FIGURES, "author": None, "note": ""} | more
    return publish(chapter=chapter, source=source, base=base, **wanted)  # type: ignore[arg-type]


def build_editor(email: str = "edith@example.org", role: Role = Role.EDITOR) -> User:
    name = email.partition("@")[0].capitalize()
    return create_person(email=email, name=name, password="a quiet gradient", roles=[role], verified=True)
