"""People say what they wish to be told in the page and by mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import DataError, connection, transaction

from apps.accounts.models import User

from .models import ALWAYS_TOLD, Kind, Notice, Pace, Wishes

WISHABLE = tuple(kind for kind in Kind if kind not in ALWAYS_TOLD)


@transaction.atomic
def save_wishes(*, person: User, paces: Mapping[Kind, Pace], unshown: Collection[Kind]) -> None:
    """Mail each of these kinds at its pace and show those that are not in `unshown`; what waits to be mailed follows."""
    wishes, _ = Wishes.objects.get_or_create(person=person)
    wishes.paces = {**wishes.paces, **{str(kind): str(pace) for kind, pace in paces.items() if kind in WISHABLE}}
    wishes.unshown = sorted({str(kind) for kind in unshown if kind in WISHABLE})
    wishes.save(update_fields=["paces", "unshown"])
    for kind, pace in paces.items():
        # What was never to be mailed is old by now, and stays so.
        waiting = Notice.objects.filter(recipient=person, kind=kind, mailed_at=None).exclude(pace=Pace.NEVER)
        waiting.order_by().update(pace=pace)


# Postgres raises for a zone that it does not know; what it has never seen must not wait for the mailer.
ZONE = """
INSERT INTO notices_wishes AS wishes (person_id, paces, unshown, salt, zone)
SELECT %(person)s, '{}', '[]', gen_random_uuid(), %(zone)s WHERE now() AT TIME ZONE %(zone)s IS NOT NULL
ON CONFLICT (person_id) DO UPDATE SET zone = EXCLUDED.zone WHERE wishes.zone <> EXCLUDED.zone
"""


def keep_zone(*, person: User, zone: str) -> bool:
    """On which clock somebody's mornings are, by the zone's name. False for one that is not known here. One statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ZONE, {"person": person.pk, "zone": zone})
    except DataError:
        return False
    return True


def stop_mail(*, person: User) -> None:
    """Mail nothing any more, but what nobody can wish away. Doing it twice changes nothing."""
    wishes = Wishes.objects.filter(person=person).first()
    shown = [Kind(kind) for kind in wishes.unshown] if wishes else []
    save_wishes(person=person, paces=dict.fromkeys(WISHABLE, Pace.NEVER), unshown=shown)
