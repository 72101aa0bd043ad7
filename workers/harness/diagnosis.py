"""What is wrong with a training, said once while it goes on: losses that are no numbers, grow, stand still, or mislead.

A wrong alarm teaches worse than silence. So every rule waits until it can be sure, and stays silent about curves it was
not made for: losses that can be negative (there is no floor to measure them by) and several losses by turns, as of a GAN
(one may well grow while the other falls). Each threshold says why it is what it is.
"""

from __future__ import annotations

import itertools
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, median

from workers.harness.curves import Curve, Stretch
from workers.harness.reporter import REPORTER
from workers.harness.thinning import Point, thin, told, values_of

_CHECK_EVERY_S = 0.2
"""A check costs about 0.1 ms; five a second are as good as twenty."""

_TOO_FEW = 8
"""Runs of a few steps are trials: nothing is said of them but that a loss is no number."""

_BLOWN_UP = 100
_GROWN = 10
"""A loss that is ten times what an untrained model has is no noise: guessing is as bad as it can fairly get. While the
run goes on it takes a hundred, and growth without a break, because Adam's first steps may overshoot and come back."""
_GROWING_POINTS = 24

_STUCK = 30
"""Steps with the very same loss. Any update, even a warm-up's first and smallest one, changes some digit of it."""
_FLAT_POINTS = 50
_FLAT_LIVE_S = 30.0
_FLAT_LIVE_POINTS = 300
"""A plateau may end in a fall (XOR, parity, grokking), so a flat loss is called so at the end of a run, or after half a
minute: plateaus of course-sized models end within seconds."""
_FALL = 0.05
"""Who learns loses more than a twentieth of his loss; less is what a changed seed does, too."""
_SURE = 3.0
"""Standard errors: a fall that noise could hide is not denied (1 in 700 by chance)."""
_SMALL = 1e-4
"""A loss this small from the start has nowhere to fall to."""

_VALIDATIONS = 8
_AFTER_BEST = 4
"""Three worse epochs in a row are common in healthy runs with small validation sets; early stopping is usually set to
wait for 5 to 10."""
_RISE = 0.05
_TRAINED_ON = 0.9
"""While the validation loss rose, the training loss must have gone on falling by a tenth: else both just wander."""

_LOSS_LIKE = re.compile(r"loss|error|(?:^|[^a-z])(?:err|r?mse|mae|nll|b?ce|perplexity|ppl)(?:[^a-z]|$)", re.I)
_SCORE_LIKE = re.compile(r"acc|accuracy|(?:^|[^a-z])(?:f1|auc|precision|recall|r2)(?:[^a-z]|$)", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong, and what it was seen by."""

    code: str
    step: int
    message: str
    metric: str
    evidence: list[Point]


class Diagnosis:
    """Looks at the loss and the validation metrics of one run as they come; `tell` is given each finding, one a code."""

    def __init__(self, tell: Callable[[Finding], None]) -> None:
        self._tell = tell
        self.begin()

    def begin(self) -> None:
        """Another run."""
        self._loss = Curve()
        self._loss_name = "loss"
        self._validations: dict[str, list[Point]] = {}
        self._said: set[str] = set()
        self._began_at = time.monotonic()
        self._checked_at = 0.0

    def hear(self, name: str, kind: str, points: list[Point]) -> None:
        """The next points of a metric."""
        if kind == "loss":
            self._loss_name = name
            self._loss.add(self._up_to_nan(name, points))
        elif kind == "validation" and (_LOSS_LIKE.search(name) or _SCORE_LIKE.search(name)):
            self._hear_validation(name, points)
        else:
            return
        if (now := time.monotonic()) - self._checked_at > _CHECK_EVERY_S:
            self._checked_at = now
            self._check(final=False)

    def end(self) -> None:
        """The code has run: what could have changed for the better has not."""
        self._check(final=True)

    def _up_to_nan(self, name: str, points: list[Point]) -> list[Point]:
        """The points before the first that is no number; from there on nothing can be learned from the curve."""
        if "nan" in self._said:
            return []
        if math.isfinite(sum(values_of(points))):
            return points
        bad = next((n for n, (_, value) in enumerate(points) if not math.isfinite(value)), len(points))
        self._loss.add(points[:bad])
        if bad < len(points):
            self._say(not_a_number(name, points[bad], self._loss))
        return []

    def _hear_validation(self, name: str, points: list[Point]) -> None:
        finite = [point for point in points if math.isfinite(point[1])]
        if len(finite) < len(points) and _LOSS_LIKE.search(name):
            bad = next(point for point in points if not math.isfinite(point[1]))
            self._say(not_a_number(name, bad, None))
        known = self._validations.setdefault(name, [])
        known += finite
        if len(known) > 1000:
            del known[:-500:2]

    def _check(self, *, final: bool) -> None:
        if "nan" in self._said or self._loss.count < _TOO_FEW:
            return
        flat_s = math.inf if final else time.monotonic() - self._began_at
        if self._loss.low >= 0 and not self._loss.alternates():
            self._say(diverging(self._loss_name, self._loss, final=final))
            self._say(not_learning(self._loss_name, self._loss, flat_s))
        for name, points in self._validations.items():
            self._say(overfitting(name, points, self._loss))

    def _say(self, finding: Finding | None) -> None:
        if finding is not None and finding.code not in self._said:
            self._said.add(finding.code)
            self._tell(finding)


def not_a_number(name: str, bad: Point, before: Curve | None) -> Finding:
    """The first NaN or infinity: from the start, after growth, or out of the blue."""
    step, value = bad
    what = "NaN" if math.isnan(value) else "infinite"
    if before is None:
        reason = (
            f"{name} is {what} at step {step}. The model's outputs or the data it is measured on hold values that are no "
            "numbers, or an empty set was averaged."
        )
    elif before.count == 0:
        reason = (
            f"The loss is {what} from the first step on. Nothing has been learned yet, so it comes from the data or from "
            "the model: look for NaN in the inputs, for a division by zero, and for the logarithm or the root of a number "
            "that is not positive."
        )
    elif before.end >= 5 * max(min(before.low, before.start), 1e-12) and before.end >= before.start:
        reason = (
            f"The loss became {what} at step {step}, after it had grown from {_brief(before.began)} to "
            f"{_brief(before.last[-1][1])}. Each step overshot the minimum by more than the one before: the learning rate is too "
            "high. Try one ten times smaller; clipping the gradients helps, too."
        )
    else:
        reason = (
            f"The loss became {what} at step {step} without having grown before. Somewhere an operation met a number it "
            "is not defined for: log(0), 0/0, the root of 0 (its gradient is infinite), exp of something large, or a "
            "batch that holds NaN. torch.autograd.set_detect_anomaly(True) names the place."
        )
    evidence = [*(before.evidence() if before and before.count else []), bad]
    return Finding(code="nan", step=step, message=reason, metric=name, evidence=evidence)


def diverging(name: str, loss: Curve, *, final: bool) -> Finding | None:
    """A loss far above its start that is still growing, or ends there."""
    if loss.start <= 1e-12 or not (_keeps_growing(loss) or (final and _ends_high(loss))):
        return None
    step = loss.last[-1][0]
    reason = (
        f"The loss grows instead of falling: it began at {_brief(loss.began)} and is {_brief(loss.last[-1][1])} at step {step}. The steps are "
        "so large that each one jumps over the minimum and lands higher on the other side. Try a learning rate ten times "
        "smaller. If that does not help, look at the sign of the loss and at the scale of the data."
    )
    return Finding(code="diverging", step=step, message=reason, metric=name, evidence=loss.evidence())


def _keeps_growing(loss: Curve) -> bool:
    """Quickly, over the last two dozen points; or slowly, over the last quarter of a longer curve."""
    values = values_of(loss.last)[-_GROWING_POINTS:]
    if len(values) == _GROWING_POINTS and loss.end >= _BLOWN_UP * loss.start:
        middles = [median(values[n : n + 4]) for n in range(0, _GROWING_POINTS, 4)]
        if _rises(middles):
            return True
    if loss.count < 8 * _GROWING_POINTS:
        return False
    quarter = [stretch.mean for stretch in loss.stretches[-len(loss.stretches) // 4 :]]
    return _rises(quarter) and quarter[-1] >= _BLOWN_UP * loss.start


def _ends_high(loss: Curve) -> bool:
    """At the end of the run; not for a curve that is on its way down again."""
    last = [value for _, value in loss.last][-_TOO_FEW:]
    recovering = last[-1] < 0.5 * loss.high or last[-1] < last[0]
    return loss.end >= _GROWN * loss.start and not recovering


def _rises(values: list[float]) -> bool:
    return all(earlier < later for earlier, later in itertools.pairwise(values))


def not_learning(name: str, loss: Curve, flat_s: float) -> Finding | None:
    """A loss that is the very same at every step, or that has surely not fallen. `flat_s`: for how long it has run."""
    step = loss.last[-1][0]
    if loss.count >= _STUCK and loss.high - loss.low <= 2e-7 * loss.high:
        return Finding(code="not_learning", step=step, message=_stuck(loss), metric=name, evidence=loss.evidence())
    patient = flat_s == math.inf or (flat_s >= _FLAT_LIVE_S and loss.count >= _FLAT_LIVE_POINTS)
    if not patient or loss.count < _FLAT_POINTS or not _is_flat(loss):
        return None
    reason = (
        f"The loss has hardly moved in {loss.count} steps: it began at {_brief(loss.began)} and is {_brief(loss.last[-1][1])}. "
        "The gradient is too small to matter, or the updates do not reach the model. Try a learning rate ten times larger; "
        "check that the optimizer was given model.parameters(), that optimizer.step() is called, and that inputs and "
        "targets belong together."
    )
    return Finding(code="not_learning", step=step, message=reason, metric=name, evidence=loss.evidence())


def _stuck(loss: Curve) -> str:
    if loss.high == 0:
        return (
            f"The loss is exactly 0 at each of {loss.count} steps, so there is no gradient to learn from. Cross-entropy "
            "over a single output is always 0: a yes-or-no answer needs two outputs, or BCEWithLogitsLoss."
        )
    return (
        f"The loss is {_brief(loss.high)} at each of {loss.count} steps, to the last digit: the model is not being changed. "
        "Check that optimizer.step() is called, that the learning rate is not 0, that the optimizer was given the "
        "parameters of this very model, and that none of them has requires_grad=False."
    )


def _is_flat(loss: Curve) -> bool:
    """Even at its lowest, and with all that noise may hide, it is within a twentieth of where it began."""
    tenths = [part for n in range(10) if (part := loss.between(n / 10, (n + 1) / 10)) is not None]
    began = tenths[0]
    if began.mean < _SMALL:
        return False
    return all(began.mean - part.mean + _SURE * _error(began, part) < _FALL * began.mean for part in tenths[1:])


def _error(one: Stretch, other: Stretch) -> float:
    """Standard error of the difference of two means."""
    return math.sqrt(sum(part.squares / max(1, part.count - 1) / part.count for part in (one, other)))


def overfitting(name: str, points: list[Point], loss: Curve) -> Finding | None:
    """A validation metric that has turned for the worse while the training loss went on falling."""
    score = not _LOSS_LIKE.search(name)
    values = [-value if score else value for _, value in points]
    if len(values) < _VALIDATIONS:
        return None
    best = min(range(len(values)), key=values.__getitem__)
    after = values[best + 1 :]
    if len(after) < max(_AFTER_BEST, len(values) // 5) or not _has_turned(values, best, score=score):
        return None
    if (fallen := _fallen(loss, best / (len(values) - 1))) is None:
        return None
    step, value = points[best]
    now_step, now = points[-1]
    reason = (
        f"{name} was best at step {step} ({_brief(value)}) and has become worse since ({_brief(now)}), while the training "
        f"loss went on falling, from {_brief(fallen[0])} to {_brief(fallen[1])}. The model is learning its examples by "
        "heart. Stop at the best step (early stopping), use more data or augmentation, weight decay or dropout, or a "
        "smaller model."
    )
    return Finding(code="overfitting", step=now_step, message=reason, metric=name, evidence=thin(points, 60))


def _has_turned(values: list[float], best: int, *, score: bool) -> bool:
    """Smaller is better here. The rise is more than a twentieth, more than noise, and still going on."""
    bottom = fmean(values[max(0, best - 1) : best + 2])
    after = values[best + 1 :]
    half = len(after) // 2
    early, late = fmean(after[:half]), fmean(after[half:])
    noise = median(abs(later - earlier) for earlier, later in itertools.pairwise(values))
    least = (0.02 if -min(values) <= 1 else 2) if score else _RISE * abs(bottom)
    return late - bottom > max(least, 3 * noise) and late > early and values[-1] > bottom + least


def _fallen(loss: Curve, share: float) -> tuple[float, float] | None:
    """The training loss around that share of the run, and now, when it fell in between."""
    if loss.count < 2 * _TOO_FEW:
        return None
    then, now = loss.between(max(0.0, share - 0.05), min(1.0, share + 0.05)), loss.between(0.9, 1.0)
    if then is None or now is None or not 0 <= now.mean < _TRAINED_ON * then.mean:
        return None
    return then.mean, now.mean


def _brief(value: float) -> str:
    return f"{value:.3g}"


def _report(finding: Finding) -> None:
    REPORTER.tell(
        "diagnosis",
        {
            "code": finding.code,
            "step": finding.step,
            "message": finding.message[:500],
            "metric": finding.metric,
            "evidence": told(finding.evidence[-200:]),
        },
    )


DIAGNOSIS = Diagnosis(_report)


def install() -> None:
    """Look at every run, for the life of this process and its forks."""
    REPORTER.on_begin(DIAGNOSIS.begin)
    REPORTER.on_points(DIAGNOSIS.hear)
    REPORTER.on_end(_end)


def _end() -> None:
    REPORTER.flush()  # so that it has heard of the last points
    DIAGNOSIS.end()
