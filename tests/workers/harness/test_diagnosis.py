"""Sick trainings are named, once and with a reason; of healthy ones nothing is said. All of them are really trained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.workers.runner.live import Runner
from workers.harness.curves import Curve
from workers.harness.diagnosis import Diagnosis, Finding, diverging, not_learning, overfitting
from workers.harness.thinning import Point

Said = tuple[str, int, float]
"""A metric beside the loss: its name, epoch and value."""
Training = Callable[[], Iterator[float | Said]]

X = torch.arange(1.0, 5.0).reshape(-1, 1)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Models this small only wait for a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _judge(training: Iterator[float | Said], seed: int = 0) -> list[Finding]:
    """What is said of it when its points come in small batches, each of them looked at."""
    torch.manual_seed(seed)
    found: list[Finding] = []
    diagnosis = Diagnosis(found.append)
    batch: list[Point] = []
    for step, point in enumerate(training, 1):
        if isinstance(point, tuple):
            name, epoch, value = point
            diagnosis.hear(name, "validation", [(epoch, value)])
        else:
            batch.append((step, point))
        if len(batch) == 7:
            diagnosis.hear("loss", "loss", batch)
            diagnosis._check(final=False)
            batch = []
    diagnosis.hear("loss", "loss", batch)
    diagnosis.end()
    return found


def _linear(*, lr: float, steps: int, updates: bool = True) -> Iterator[float]:
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        loss = functional.mse_loss(model(X), 2 * X)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        if updates:
            optimizer.step()
        yield loss.item()


def _train(
    model: nn.Module, loss_fn: Callable[[Tensor, Tensor], Tensor], lr: float, batches: Iterator[tuple[Tensor, Tensor]]
) -> Iterator[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for x, y in batches:
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        yield loss.item()


def _mlp(*sizes: int) -> nn.Sequential:
    layers = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def _noisy(*, lr: float, steps: int, size: int = 8, learnable: bool = True) -> Iterator[float]:
    """Classes of random points in random batches, or of nothing at all."""
    rule = torch.randn(10, 3)

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(steps):
            x = torch.randn(size, 10)
            yield x, (x @ rule).argmax(1) if learnable else torch.randint(3, (size,))

    return _train(_mlp(10, 16, 3), functional.cross_entropy, lr, batches())


def _xor(steps: int = 2500) -> Iterator[float]:
    """A long plateau, and then a fall."""
    x, y = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([[0.0], [1], [1], [0]])
    model = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(steps):
        loss = functional.binary_cross_entropy_with_logits(model(x), y)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        yield loss.item()


def _gan(steps: int = 250) -> Iterator[float]:
    """A discriminator that wins: one of the two losses grows without end."""
    forger, judge = _mlp(2, 16, 1), _mlp(1, 16, 1)
    forging, judging = (torch.optim.Adam(m.parameters(), lr) for m, lr in ((forger, 1e-3), (judge, 1e-2)))
    ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)
    lossy = functional.binary_cross_entropy_with_logits
    for _ in range(steps):
        fake = forger(torch.randn(32, 2))
        loss = lossy(judge(torch.randn(32, 1) + 4), ones) + lossy(judge(fake.detach()), zeros)
        judging.zero_grad()
        torch.autograd.backward(loss)
        judging.step()
        yield loss.item()
        loss = lossy(judge(fake), ones)
        forging.zero_grad()
        torch.autograd.backward(loss)
        forging.step()
        yield loss.item()


def _warmed_up(steps: int = 300) -> Iterator[float]:
    model = _mlp(10, 16, 3)
    rule = torch.randn(10, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 150))
    for _ in range(steps):
        x = torch.randn(16, 10)
        loss = functional.cross_entropy(model(x), (x @ rule).argmax(1))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        yield loss.item()


def _validated(*, examples: int, width: int, epochs: int, mistaken: float) -> Iterator[float | Said]:
    """Two classes, a share of them mislabelled, with both of the usual validation metrics after each epoch."""
    rule = torch.randn(10, 1)

    def labelled(count: int) -> tuple[Tensor, Tensor]:
        x = torch.randn(count, 10)
        return x, ((x @ rule > 0) ^ (torch.rand(count, 1) < mistaken)).float()

    x, y = labelled(examples)
    x_new, y_new = labelled(500)
    model = _mlp(10, width, 1)
    lossy = functional.binary_cross_entropy_with_logits
    for epoch in range(epochs):
        batches = zip(torch.split(x, 20), torch.split(y, 20), strict=True)
        yield from _train(model, lossy, 1e-2, batches)
        with torch.no_grad():
            yield "val_loss", epoch, lossy(model(x_new), y_new).item()
            yield "val_acc", epoch, ((model(x_new) > 0) == (y_new > 0.5)).float().mean().item()


def _spoiled(at: int) -> Iterator[float]:
    for step, loss in enumerate(_linear(lr=0.01, steps=60), 1):
        yield math.nan if step >= at else loss


HEALTHY: dict[str, Callable[[], Iterator[float | Said]]] = {
    "a line": lambda: _linear(lr=0.01, steps=500),
    "a line, learned long ago": lambda: _linear(lr=0.05, steps=1500),
    "a line, slowly": lambda: _linear(lr=0.001, steps=200),
    "noisy batches": lambda: _noisy(lr=1e-2, steps=400),
    "batches of one": lambda: _noisy(lr=1e-3, steps=800, size=1),
    "steps that overshoot": lambda: _noisy(lr=0.3, steps=300),
    "a plateau, then a fall": _xor,
    "two that play against each other": _gan,
    "a warm-up": _warmed_up,
    "a trial of five steps": lambda: _linear(lr=1.0, steps=5),
    "a validated one": lambda: _validated(examples=1000, width=8, epochs=16, mistaken=0.02),
    "a few epochs": lambda: _validated(examples=100, width=32, epochs=5, mistaken=0.2),
    "nothing at all": lambda: iter(()),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_said_of_a_healthy_training(name: str, seed: int) -> None:
    assert _judge(HEALTHY[name](), seed) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_learning_rate_too_high_is_said_while_the_loss_is_a_number(seed: int) -> None:
    first, *_ = _judge(_linear(lr=0.14, steps=500), seed)
    assert (first.code, first.metric) == ("diverging", "loss")
    assert 20 <= first.step < 60
    assert "learning rate" in first.message


def test_a_short_run_that_ends_high_is_diverging() -> None:
    (finding,) = _judge(_linear(lr=0.2, steps=20))
    assert finding.code == "diverging"


def test_a_loss_that_blew_up_tells_of_its_growth() -> None:
    (finding,) = _judge(_linear(lr=5, steps=100))
    assert finding.code == "nan"
    assert "after it had grown from" in finding.message
    assert "learning rate" in finding.message


def test_a_loss_that_is_nan_at_once_is_the_data_s_fault() -> None:
    (finding,) = _judge(_spoiled(at=1))
    assert (finding.code, finding.step) == ("nan", 1)
    assert "from the first step on" in finding.message


def test_a_loss_that_is_nan_out_of_the_blue_is_an_operation_s_fault() -> None:
    (finding,) = _judge(_spoiled(at=31))
    assert (finding.code, finding.step) == ("nan", 31)
    assert "without having grown" in finding.message
    assert finding.evidence[-1][0] == 31


def test_after_nan_nothing_else_is_said() -> None:
    assert [finding.code for finding in _judge(_spoiled(at=31))] == ["nan"]


def test_a_validation_loss_that_is_nan_is_named() -> None:
    (finding,) = _judge(iter([0.5, 0.4, ("val_loss", 0, math.nan), ("val_acc", 0, math.nan)]))
    assert (finding.code, finding.metric) == ("nan", "val_loss")


@pytest.mark.parametrize("training", [_linear(lr=0.0, steps=100), _linear(lr=0.1, steps=100, updates=False)])
def test_a_loss_that_never_changes_is_said_early(training: Iterator[float]) -> None:
    (finding,) = _judge(training)
    assert finding.code == "not_learning"
    assert finding.step < 40
    assert "optimizer.step()" in finding.message


def test_a_loss_that_is_always_zero_has_a_reason_of_its_own() -> None:
    model = nn.Linear(4, 1)
    targets = torch.zeros(8, dtype=torch.long)
    losses = (functional.cross_entropy(model(torch.randn(8, 4)), targets).item() for _ in range(50))
    (finding,) = _judge(losses)
    assert "single output" in finding.message


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "training",
    [
        lambda: _linear(lr=1e-7, steps=300),
        lambda: _noisy(lr=1e-4, steps=400, size=64, learnable=False),
        lambda: _noisy(lr=0.0, steps=1000, size=16),
    ],
)
def test_a_flat_loss_is_said_at_the_end(training: Callable[[], Iterator[float]], seed: int) -> None:
    (finding,) = _judge(training(), seed)
    assert finding.code == "not_learning"
    assert finding.step > 250


def test_a_flat_loss_is_said_after_half_a_minute() -> None:
    curve = Curve()
    curve.add([(step, 2.3 + 0.01 * math.sin(step)) for step in range(400)])
    assert not_learning("loss", curve, 10.0) is None
    assert not_learning("loss", curve, 31.0) is not None


def test_too_much_noise_to_be_sure_is_no_diagnosis() -> None:
    torch.manual_seed(0)
    curve = Curve()
    curve.add([(step, 2.3 + torch.randn(()).abs().item() * 3) for step in range(60)])
    assert not_learning("loss", curve, math.inf) is None


@pytest.mark.parametrize("seed", range(3))
def test_learning_by_heart_is_overfitting(seed: int) -> None:
    found = _judge(_validated(examples=60, width=64, epochs=150, mistaken=0.25), seed)
    assert [finding.code for finding in found] == ["overfitting"]
    assert found[0].metric in ("val_loss", "val_acc")
    assert "early stopping" in found[0].message


def test_a_validation_loss_that_rises_with_the_training_loss_is_not_overfitting() -> None:
    training = Curve()
    training.add([(step, 1.0 + step / 100) for step in range(100)])
    assert overfitting("val_loss", [(n, 1.0 + n / 10) for n in range(10)], training) is None


def test_a_curve_that_comes_back_is_not_diverging() -> None:
    curve = Curve()
    curve.add([(step, value) for step, value in enumerate([1.0] * 5 + [500.0 * 0.9**n for n in range(60)])])
    assert diverging("loss", curve, final=True) is None


def test_losses_below_zero_have_no_floor_to_be_measured_by() -> None:
    assert _judge(iter([-1.0] * 200)) == []


def test_a_curve_stays_small_and_true() -> None:
    curve = Curve()
    for start in range(0, 100_000, 100):
        curve.add([(step, float(step)) for step in range(start, start + 100)])
    assert len(curve.stretches) < 64
    whole = curve.between(0, 1)
    assert whole is not None
    assert whole.mean == pytest.approx(whole.count / 2 - 0.5)
    assert whole.squares / whole.count == pytest.approx(whole.count**2 / 12, rel=1e-6)
    assert (curve.low, curve.high, curve.began, len(curve.evidence()) <= 60) == (0.0, 99_999.0, 0.0, True)


def test_messages_fit_into_an_event() -> None:
    trainings = [_linear(lr=lr, steps=100) for lr in (0.0, 0.14, 5)]
    trainings += [_spoiled(at=1), _spoiled(at=31), _linear(lr=1e-7, steps=100)]
    found = [finding for training in trainings for finding in _judge(training)]
    assert len(found) >= 6
    assert all(len(finding.message) <= 500 and len(finding.evidence) <= 200 for finding in found)


def test_a_run_is_diagnosed_while_it_goes_on(runner: Runner) -> None:
    code = """
import time, torch
from torch import nn
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.14)
for epoch in range(100):
    loss = nn.functional.mse_loss(model(x), 2 * x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    time.sleep(0.01)
print("over")
"""
    told = runner.run(code)
    (diagnosis,) = told.data("diagnosis")
    types = [event.type for event in told.events]
    assert diagnosis["code"] == "diverging"
    assert types.index("diagnosis") < types.index("stdout")


def test_what_only_the_end_shows_is_said_at_the_end(runner: Runner) -> None:
    code = """
import torch
w = torch.ones(1, requires_grad=True)
for step in range(60):
    (w * (2 + torch.rand(1) / 1000)).sum().backward()
"""
    (diagnosis,) = runner.run(code).data("diagnosis")
    assert diagnosis["code"] == "not_learning"
