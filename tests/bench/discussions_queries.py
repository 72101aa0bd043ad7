"""`python -m tests.bench.discussions_queries`: how many queries each of the requests takes that come in, both as JSON.

A request is a login's address, a path, and the values to be posted to it, if any.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from apps.accounts.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    counts = {}
    for name, (email, path, values) in json.load(sys.stdin).items():
        client = Client()
        client.force_login(User.objects.get(email=email))
        for value in values or (None, None):  # the first fills caches
            with CaptureQueriesContext(connection) as captured:
                answer = client.post(f"/{path}", {"value": value}) if value else client.get(f"/{path}")
            assert answer.status_code in (200, 302), answer.content
        counts[name] = len(captured)
    print(json.dumps(counts))


if __name__ == "__main__":
    sys.path.insert(0, "platform")
    import django

    django.setup()
    main()
