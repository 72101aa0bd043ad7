"""`python -m tests.bench.publishing`: milliseconds that publishing chapter 1 with one word changed takes, on this site's data."""

from __future__ import annotations

import statistics
import sys
from time import perf_counter

ROUNDS = 9


def main() -> None:
    from apps.courses.models import Chapter
    from apps.courses.publishing import publish

    spent = []
    for each in range(ROUNDS):
        chapter = Chapter.objects.select_related("course", "live").get(slug="introduction")
        live = chapter.live_revision
        source = live.source.replace(f"summary: {'x' * each}", f"summary: {'x' * (each + 1)}", 1)
        started = perf_counter()
        published = publish(
            chapter=chapter, source=source, figures=live.figures, author=None, note="", base=live.number
        )
        spent.append((perf_counter() - started) * 1000)
        assert published.number == live.number + 1, "nothing was published"
    print(statistics.median(spent))


if __name__ == "__main__":
    sys.path.insert(0, "platform")
    import django

    django.setup()
    main()
