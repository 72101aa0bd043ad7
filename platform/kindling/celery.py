"""The Celery app of the web side: sends runs to the machines, records what they report, looks after what was forgotten.

`celery -A kindling.celery worker -Q control -n control@%h` and `celery -A kindling.celery beat`. The machines have an
app of their own on the same broker (workers/celery.py), hence the queue and the node name.
"""

from __future__ import annotations

import logging
import os

from celery import Celery
from django.conf import settings

from workers.protocol import QUEUE_CONTROL, broker_url

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kindling.settings")


# Two lines for every tick of the schedule would bury what matters.
logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
logging.getLogger("celery.app.trace").setLevel(logging.WARNING)

app = Celery("kindling", broker=broker_url(settings.VALKEY_URL))
app.set_default()  # for every thread of the web server: "current" alone means the thread that imported this
app.autodiscover_tasks(
    [
        "apps.accounts",
        "apps.notices",
        "apps.courses",
        "apps.conduct",
        "apps.runs",
        "apps.verification",
        "apps.discussions",
    ]
)
app.conf.update(
    task_ignore_result=True,  # what became of a task stands in Postgres; nobody reads Celery results
    task_default_queue=QUEUE_CONTROL,  # what the scheduler sends says no queue; the default's name would reach nobody
    worker_concurrency=2,  # recording is short; two, so that one slow log does not hold up the others
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,  # the process that supervises us decides where logs go
    worker_enable_remote_control=False,  # nobody sends Celery's own commands; a channel less to guard
    broker_connection_retry_on_startup=True,  # Valkey may come up after us
    broker_connection_max_retries=None,  # and may stay away for longer than a hundred tries
    broker_transport_options={
        # Without these a half-open connection blocks for ever; above kombu's BRPOP of 1 s.
        "socket_timeout": 5,
        "socket_connect_timeout": 1,  # a person waits for the web server's POST meanwhile
        # A connection that fell silent without being closed is given up after this, twice, plus a second: 11 s, not 51.
        "health_check_interval": 5,
        # A report that died with its control worker comes back after this. Tasks take a second, retries wait for two;
        # one that took longer would be recorded twice, which does no harm.
        "visibility_timeout": 15,
        "unacked_restore_interval": 3,
        "unacked_restore_throttle": 1,  # the default looks at every tenth interval only: a minute and a half
        # Two apps share this broker: each restores its own.
        "unacked_key": "control.unacked",
        "unacked_index_key": "control.unacked_index",
        "unacked_mutex_key": "control.unacked_mutex",
    },
    beat_scheduler="celery.beat:Scheduler",  # keeps no file: a schedule of seconds has nothing to remember
    beat_schedule={
        # A tick that could not be carried out in time is dropped (`expires`): the next one does its work, too. Turns
        # are taken at once by whoever makes room; two seconds bound what was missed, and how old a place shown is.
        "sweep-outbox": {"task": "apps.runs.tasks.sweep_outbox", "schedule": 2.0, "options": {"expires": 2}},
        "take-turns": {"task": "apps.runs.tasks.take_turns", "schedule": 2.0, "options": {"expires": 2}},
        "look-after-runs": {"task": "apps.runs.tasks.look_after_runs", "schedule": 5.0, "options": {"expires": 5}},
        "publish-due": {"task": "apps.courses.tasks.publish_due", "schedule": 20.0, "options": {"expires": 20}},
        "end-sanctions": {
            "task": "apps.conduct.tasks.end_sanctions",
            "schedule": 30.0,
            "options": {"expires": 30},
        },
        "mail-notices-at-once": {
            "task": "apps.notices.tasks.mail_at_once",
            "schedule": 20.0,
            "options": {"expires": 20},
        },
        "mail-digests": {"task": "apps.notices.tasks.mail_digests", "schedule": 60.0, "options": {"expires": 60}},
        "tidy-notices": {"task": "apps.notices.tasks.tidy", "schedule": 3600.0, "options": {"expires": 3600}},
        # Daily would be enough; but since the scheduler remembers nothing, a site that is restarted daily would never do it.
        "clear-sessions": {
            "task": "apps.accounts.tasks.clear_sessions",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "ask-due": {"task": "apps.verification.tasks.ask_due", "schedule": 5.0, "options": {"expires": 5}},
        "go-on": {"task": "apps.verification.tasks.go_on", "schedule": 5.0, "options": {"expires": 5}},
        "tell-editors": {"task": "apps.verification.tasks.tell_editors", "schedule": 60.0, "options": {"expires": 60}},
        "tidy-verifications": {
            "task": "apps.verification.tasks.tidy",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
    },
)
