"""What Postgres makes of the words of this field, and whether they are found as people type them."""

from __future__ import annotations

import pytest
from django.db import connection

from .sites import add_section, ask, build_chapter, list_titles


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nn.Linear", "nn Linear"),
        ("optimizer.zero_grad()", "optimizer zero grad"),
        ("lr=0.01, eps 1e-8.", "lr 0.01 eps 1e 8"),
        ("CrossEntropyLoss", "CrossEntropyLoss Cross Entropy Loss"),
        ("nn.MSELoss", "nn MSELoss MSE Loss"),
        ("<b>[x]</b> \\ 'q' \"z\" `c`", "b x b q z c"),
        ("torch 2.13.0 läuft", "torch 2.13.0 läuft"),
        ("", ""),
    ],
)
def test_texts_are_taken_apart(text: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kindling_words(%s)", [text])
        assert cursor.fetchone()[0].split() == words.split()


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("self.hidden = nn.Linear(1, 8)", ["nn.Linear", "linear", "hidden", "nn linear", "Linear(1,"]),
        ("optimizer.zero_grad()", ["zero_grad", "optimizer.zero_grad", "grad", "zero_grad()", "zero grad"]),
        ("model = torch.compile(model)", ["torch.compile", "compile", "compiling"]),
        ("SGD(lr=0.01)", ["lr=0.01", "0.01", "lr", "learning rate"]),
        (
            "CrossEntropyLoss",
            ["CrossEntropyLoss", "crossentropyloss", "cross entropy loss", "cross entropy", "entropy"],
        ),
        ("F.cross_entropy(logits, y)", ["cross_entropy", "F.cross_entropy", "cross entropy"]),
        ("the cross entropy loss", ["CrossEntropyLoss", '"cross entropy loss"']),
        ("ReLU and BatchNorm2d", ["relu", "ReLU", "RELU", "batchnorm2d", "BatchNorm2d", "rectified linear unit"]),
        ("loss.backward() in backpropagation", ["backprop", "back propagation", "loss.backward", "backward()"]),
        ("the optimizer normalises colors", ["optimiser", "normalize", "normalise", "colours", "Optimizers"]),
        ("a batch that is too large for CUDA", ["gpu", "cuda batch", "large-batch or batch"]),
    ],
)
def test_code_and_prose_are_found_as_they_are_typed(text: str, queries: list[str]) -> None:
    add_section(build_chapter(), "Here", text)
    assert {query: list_titles(ask(query)) for query in queries} == {query: ["Here"] for query in queries}
