"""`python -m tests.bench.mailing POST`: tells everybody of a post and mails what is due daily, then says in JSON what that
took: seconds, CPU time a mail, the most memory after the first people and at the end.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta


def main(post: int) -> None:
    from django.utils import timezone

    from apps.discussions.telling import tell_followers
    from apps.notices.claiming import Round
    from apps.notices.mailing import mail_some
    from apps.notices.models import Notice, Pace

    begun = time.perf_counter()
    tell_followers(post)
    told_s = time.perf_counter() - begun
    due = Round(Pace.DAILY, timezone.now() + timedelta(minutes=1))
    after = mail_some(due)  # what templates and mails need is loaded then
    first_mb, begun, begun_cpu = read_peak_mb(), time.perf_counter(), time.process_time()
    while after is not None:
        after = mail_some(due, after=after)
    mailed = Notice.objects.exclude(mailed_at=None).filter(event=f"post:{post}").count()
    print(
        json.dumps(
            {
                "told_s": told_s,
                "s": time.perf_counter() - begun,
                "cpu_ms": (time.process_time() - begun_cpu) * 1000 / mailed,
                "first_mb": first_mb,
                "peak_mb": read_peak_mb(),
                "mailed": mailed,
            }
        )
    )


def read_peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.path.insert(0, "platform")
    import django

    django.setup()
    main(int(sys.argv[1]))
