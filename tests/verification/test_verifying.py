"""Every claim of a text is tried in the real sandbox, and what is wrong is told as what it is."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from apps.accounts.models import User
from apps.courses.dialect.curves import fingerprint
from apps.runs.beside import list_beside
from apps.runs.models import ReferenceCurve, Run
from apps.verification import planning
from apps.verification.models import Condition, Trial, Verification
from tests.courses.texts import build_editor
from tests.verification.chapters import (
    SOUND_PROJECT,
    TRAINING,
    find,
    list_with,
    outcomes,
    publish_chapter,
    verify,
    write,
)
from tests.verification.machines import Commit, Machines

PLACE = "/editing/small/first/trying/"
Kind, Outcome, State = Trial.Kind, Trial.Outcome, Verification.State


def try_text(machines: Machines, commit: Commit, source: str) -> Verification:
    with commit():
        verification = verify(publish_chapter(source))
    machines.work_off()
    verification.refresh_from_db()
    return verification


def test_what_is_true_passes_and_is_stamped(machines_here: Machines, commit: Commit) -> None:
    verification = try_text(machines_here, commit, write())

    assert outcomes(verification) == {
        ("adding", Kind.LISTING): Outcome.PASSED,
        ("first", Kind.STARTER): Outcome.PASSED,
        ("first", Kind.SOLUTION): Outcome.PASSED,
        ("first", Kind.CHECKS): Outcome.PASSED,
    }
    assert (verification.state, verification.passed, verification.tried) == (State.PASSED, 4, 4)
    condition = Condition.objects.get()
    day = verification.finished_at
    assert day is not None
    assert condition.stamp == f"torch {verification.torch}, {day.day} {day:%B %Y}"
    assert verification.torch.count(".") == 2
    assert verification.device == "cpu"


def test_its_runs_are_a_service_s_and_nobody_s_progress(machines_here: Machines, commit: Commit) -> None:
    verification = try_text(machines_here, commit, write())

    service = User.objects.get(service="verification")
    assert (service.is_active, service.has_usable_password()) == (False, False)
    runs = Run.objects.all()
    assert len(runs) == 4
    assert {run.user_id for run in runs} == {service.pk}
    assert {run.project_id for run in runs} == {None}
    assert {run.torch for run in runs} == {verification.torch}


PLANTED = {
    "wrong": ("print(1 + 1)", Outcome.FAILED, "prints something else"),
    "error": ("print(1 / 0)", Outcome.FAILED, "division by zero"),
    "complaint": ("import sys\nprint(3)\nprint('careful', file=sys.stderr)", Outcome.FAILED, "It complains"),
    "network": (
        "import urllib.request\nurllib.request.urlopen('http://pytorch.org')",
        Outcome.FAILED,
        "Runs have no network",
    ),
    "endless": ("while True:\n    pass", Outcome.LIMIT, "2 s"),
    "memory": ("x = bytearray(8 * 1024**3)\nprint(3)", Outcome.LIMIT, "memory"),
    "close": ("print('loss', 3.01)", Outcome.PASSED, "prints what the text says"),
}


def test_a_planted_rot_is_told_as_what_it_is(
    machines_here: Machines, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LISTING_SECONDS", 2)
    planted = {key: list_with(key, code, "loss 3" if key == "close" else "3") for key, (code, *_) in PLANTED.items()}
    verification = try_text(machines_here, commit, write(("## Summary", f"{''.join(planted.values())}\n## Summary")))

    trials = {trial.key: trial for trial in Trial.objects.filter(key__in=PLANTED)}
    assert {key: trial.outcome for key, trial in trials.items()} == {key: told for key, (_, told, _) in PLANTED.items()}
    assert {key: said for key, (_, _, said) in PLANTED.items() if said not in trials[key].sentence} == {}
    assert (verification.state, verification.tried - verification.passed) == (State.FAILED, 6)
    assert trials["error"].got.endswith("ZeroDivisionError: division by zero\n")
    condition = Condition.objects.get()
    assert (condition.state, condition.stamp) == (Condition.State.ROTTEN, "")


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        (("lr=0.0", "lr=0.3"), Kind.STARTER, "It solves the project as it stands"),
        (("lr=0.3", "lr=0.01"), Kind.SOLUTION, "the check “It doubles” does not pass and the goal loss<1 is not met"),
        (('print("trained")', 'print("done")'), Kind.STARTER, "prints something else"),
        (('call = "weight * x"', 'call = "x + x"'), Kind.CHECKS, "A program that does nothing passes “It doubles”"),
    ],
    ids=["starter passes", "solution fails", "starter prints", "empty check"],
)
def test_a_project_that_is_not_as_it_should_be(
    machines_here: Machines, commit: Commit, change: tuple[str, str], kind: Trial.Kind, sentence: str
) -> None:
    verification = try_text(machines_here, commit, write(change))

    trial = find(verification, kind)
    assert trial.outcome == Outcome.FAILED
    assert sentence in trial.sentence


def test_the_solution_gives_the_reference_curve(machines_here: Machines, commit: Commit) -> None:
    try_text(machines_here, commit, write())

    reference = ReferenceCurve.objects.get()
    assert reference.fingerprint == fingerprint(TRAINING.replace("RATE", "0.3") + "\n")
    assert [(curve["name"], len(curve["points"])) for curve in reference.curves] == [("loss", 30)]
    [offer] = list_beside(AnonymousUser(), reference.project, without="")
    assert (offer.label, list(offer.series)) == ("The chapter’s solution", reference.curves)


def test_a_question_that_the_code_never_answers_is_found(machines_here: Machines, commit: Commit) -> None:
    question = """```predict
kind = "number"
ask = "How small does the loss get?"
metric = "accuracy"
of = "last"
```"""
    project = SOUND_PROJECT.replace("```checks", f"{question}\n```checks")
    verification = try_text(machines_here, commit, write(project=project))

    trial = find(verification, Kind.PREDICTION)
    assert (trial.outcome, trial.run_id) == (Outcome.FAILED, find(verification, Kind.STARTER).run_id)
    assert "records no “accuracy”" in trial.sentence


def test_what_is_written_is_tried_and_only_what_changed(
    client: Client, machines_here: Machines, commit: Commit
) -> None:
    client.force_login(editor := build_editor())
    try_text(machines_here, commit, write())
    before = Run.objects.count()

    text = write(("## Summary", f"{list_with('more', 'print(3)', '4', 'exact')}\n## Summary"))
    with commit():
        going = client.post(PLACE, {"source": text}, headers={"HX-Request": "true"}).content.decode()
    assert "1 of 5 still to come" in going
    assert f'hx-get="{PLACE}" hx-trigger="load delay:2s"' in going
    machines_here.work_off()
    assert Run.objects.count() == before + 1

    page = client.get(PLACE).content.decode()
    line = text[: text.index("::: listing more")].count("\n") + 1
    assert f"Listing <code>more</code>, line {line}" in page
    assert re.search(r'<pre id="output-more" hidden>3\n</pre>', page)
    assert f'data-take-output="output-more" data-key="more" data-line="{line}"' in page
    assert "4 of 5 passed" in page
    assert Condition.objects.get().state == Condition.State.SOUND  # readers are not concerned

    with commit():
        client.post(PLACE, {"source": text, "everything": "on"})
    assert set(outcomes(Verification.objects.get(editor=editor)).values()) == {Trial.Outcome.OPEN}
    assert Verification.objects.filter(editor=editor).count() == 1
