"""Losses keep the number of their pass, however they are gathered."""

from __future__ import annotations

import pytest
import torch

from workers.harness.losses import Losses


def test_passes_without_a_number_are_counted() -> None:
    losses = Losses()
    losses.keep(0.5)
    losses.skip(None)
    losses.skip(torch.tensor(0.25))
    losses.keep(float("inf"))
    assert losses.count == 4
    assert losses.take() == [(1, 0.5), (3, 0.25), (4, float("inf"))]


def test_what_was_taken_is_gone_and_the_count_goes_on() -> None:
    losses = Losses()
    losses.keep(1.0)
    assert losses.take() == [(1, 1.0)]
    assert losses.take() == []
    losses.keep(2.0)
    assert losses.take() == [(2, 2.0)]
    assert losses.count == 2


def test_a_complex_loss_is_not_kept() -> None:
    losses = Losses()
    with pytest.raises(TypeError):
        losses.keep(1j)  # type: ignore[arg-type]
    assert losses.count == 0
