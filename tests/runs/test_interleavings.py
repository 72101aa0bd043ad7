"""Whatever happens to runs in whatever order: no limit is passed, no attempt comes back, and every run ends once."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import hypothesis.strategies as st
from django.db.models import Count
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from redis import Redis

from apps.accounts.models import User
from apps.runs import dispatch, tasks
from apps.runs.models import Outgoing, Run, RunLog
from apps.runs.recording import record_finish, record_state
from apps.runs.refusals import TooManyRuns
from apps.runs.starting import start
from apps.runs.states import AT_WORK, FINAL
from apps.runs.stopping import stop
from apps.runs.turns import SENT
from tests.runs.builders import CODE, announce, make_finished, make_student, sent_jobs
from workers.protocol import Job, Reached, State

Commit = Callable[[], AbstractContextManager[Any]]
SLOTS = 2
picks = st.integers(0, 1000)
reached = st.sampled_from([State.STARTING, State.RUNNING, State.PAUSED])
outcomes = st.sampled_from([State.SUCCEEDED, State.FAILED, State.LOST])


class Interleavings(RuleBasedStateMachine):
    """Students press buttons, machines report what they hold late and twice, the scheduler ticks."""

    valkey: Redis
    commit: Commit
    students: list[User]

    def __init__(self) -> None:
        super().__init__()
        for model in (RunLog, Outgoing, Run):
            model.objects.all().delete()
        self.valkey.flushdb()
        announce(self.valkey, slots=SLOTS)
        self.held: list[Job] = []
        self.taken = 0
        self.tokens: list[tuple[User, uuid.UUID]] = []
        self.fences: dict[uuid.UUID, int] = {}
        self.ends: dict[uuid.UUID, str] = {}

    @rule(pick=picks)
    def start(self, pick: int) -> None:
        self._start(self.students[pick % len(self.students)], uuid.uuid4())

    @precondition(lambda self: self.tokens)
    @rule(pick=picks)
    def start_again_with_the_same_token(self, pick: int) -> None:
        before = Run.objects.count()
        self._start(*self.tokens[pick % len(self.tokens)])
        assert Run.objects.count() == before

    def _start(self, user: User, token: uuid.UUID) -> None:
        try:
            with self.commit():
                start(user=user, code=CODE, project=None, client_token=token)
            self.tokens.append((user, token))
        except TooManyRuns:
            assert Run.objects.filter(user=user).count() >= 20

    @precondition(lambda self: self.tokens)
    @rule(pick=picks)
    def stop(self, pick: int) -> None:
        run = Run.objects.order_by("pk")[pick % Run.objects.count()]
        with self.commit():
            stop(run=run)

    @rule()
    def take_jobs(self) -> None:
        jobs = sent_jobs(self.valkey)
        self.held += jobs[self.taken :]
        self.taken = len(jobs)

    @precondition(lambda self: self.held)
    @rule(pick=picks, state=reached, seq=st.integers(1, 9))
    def report_a_state(self, pick: int, state: State, seq: int) -> None:
        job = self.held[pick % len(self.held)]
        with self.commit():
            record_state(Reached(run=job.run, fence=job.fence, seq=seq, state=state, worker="runs@here"))

    @precondition(lambda self: self.held)
    @rule(pick=picks, outcome=outcomes)
    def report_an_end(self, pick: int, outcome: State) -> None:
        job = self.held[pick % len(self.held)]
        with self.commit():
            record_finish(make_finished(Run(pk=job.run, fence=job.fence), outcome))

    @rule()
    def tick(self) -> None:
        with self.commit():
            tasks.take_turns()
            dispatch.promote_forgotten()

    @invariant()
    def no_student_has_more_than_two_at_work(self) -> None:
        at_work = Run.objects.filter(state__in=AT_WORK).order_by().values("user").annotate(number=Count("pk"))
        assert all(row["number"] <= dispatch.MAX_AT_WORK for row in at_work)

    @invariant()
    def the_machines_have_no_more_than_their_room(self) -> None:
        assert Run.objects.filter(SENT).count() <= SLOTS + dispatch.AHEAD

    @invariant()
    def no_slot_is_idle_while_a_run_waits_for_its_turn(self) -> None:
        if Run.objects.filter(state=State.QUEUED, sent_at=None).exists():
            assert Run.objects.filter(SENT).count() == SLOTS + dispatch.AHEAD

    @invariant()
    def every_attempt_is_sent_once(self) -> None:
        assert set(Counter((job.run, job.fence) for job in sent_jobs(self.valkey)).values()) <= {1}

    @invariant()
    def fences_grow_and_ends_stay(self) -> None:
        for run in Run.objects.only("fence", "state"):
            assert run.fence >= self.fences.get(run.pk, 0)
            assert self.ends.get(run.pk, run.state) == run.state
            self.fences[run.pk] = run.fence
            if run.state in FINAL:
                self.ends[run.pk] = run.state
        assert RunLog.objects.count() == len(self.ends)

    def teardown(self) -> None:
        """Everything that was accepted comes to an end, once, when machines go on working."""
        self.take_jobs()
        ended = 0
        while ended < len(self.held):
            job = self.held[ended]
            with self.commit():
                record_finish(make_finished(Run(pk=job.run, fence=job.fence)))
            ended += 1
            self.take_jobs()
        self.fences_grow_and_ends_stay()
        assert not Run.objects.exclude(state__in=FINAL).exists()


def test_any_interleaving_keeps_the_promises(valkey: Redis, commit: Commit) -> None:
    students = [make_student(f"s{index}") for index in range(3)]

    class Here(Interleavings):
        pass

    Here.valkey, Here.commit, Here.students = valkey, staticmethod(commit), students
    calm = settings(
        max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(Here, settings=calm)
