"""Chapters for the tests: what is true in them, and what is planted."""

from __future__ import annotations

from apps.courses.models import Chapter, Revision
from apps.verification.asking import ask
from apps.verification.models import Trial, Verification
from tests.courses.texts import build_chapter, publish_text, replaced

PROJECT = """```python
loss = 0.5
print(loss)
```
```output
0.5
```

After."""
TRAINING = """import torch

x = torch.ones(8, 1)
weight = torch.zeros(1, requires_grad=True)
optimiser = torch.optim.SGD([weight], lr=RATE)
for _ in range(30):
    loss = (weight * x - 2).pow(2).mean()
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
print("trained")"""
SOUND_PROJECT = f"""```python
{TRAINING.replace("RATE", "0.0")}
```
```output
trained
```
```checks
[[check]]
name = "It doubles"
call = "weight * x"
inputs.x = [1.0]
expect = [2.0]
within = 0.1
```
```solution
{TRAINING.replace("RATE", "0.3")}
```

After."""


def write(*changes: tuple[str, str], project: str = SOUND_PROJECT) -> str:
    """The small chapter of the courses' tests with a project that is as it should be, and these changes."""
    text = replaced((PROJECT, project))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def list_with(key: str, code: str, output: str, match: str = "close") -> str:
    """A listing to be put into a text."""
    return f'''
::: listing {key} title="Planted" output="{match}"
```python
{code}
```
```output
{output}
```
:::
'''


def publish_chapter(source: str, slug: str = "first", number: int = 1) -> Chapter:
    chapter = build_chapter(slug, number)
    publish_text(chapter, source)
    chapter.refresh_from_db()
    return chapter


def verify(chapter: Chapter, why: Verification.Why = Verification.Why.ASKED) -> Verification:
    """Asks within whatever transaction the test is in."""
    return ask(revision=live(chapter), why=why)[0]


def live(chapter: Chapter) -> Revision:
    chapter.refresh_from_db()
    return chapter.live_revision


def outcomes(verification: Verification) -> dict[tuple[str, str], str]:
    """By key and kind."""
    trials = Trial.objects.filter(verification=verification).order_by("position")
    return {(trial.key, trial.kind): trial.outcome for trial in trials}


def find(verification: Verification, kind: Trial.Kind) -> Trial:
    return Trial.objects.filter(verification=verification, kind=kind).get()
