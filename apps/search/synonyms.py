"""What learners call the same thing: British and American spellings by rule, words of the field by a table.

The table is short on purpose. An entry joins what is the same for somebody who searches, not what is merely near it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Words = tuple[str, ...]

GROUPS = (
    ("backprop", "backpropagation", "back propagation"),
    ("autograd", "autodiff", "automatic differentiation"),
    ("grad", "gradient"),
    ("sgd", "stochastic gradient descent"),
    ("lr", "learning rate"),
    ("gpu", "cuda"),
    ("oom", "out of memory"),
    ("relu", "rectified linear unit"),
    ("cnn", "convnet", "convolutional network", "convolutional neural network"),
    ("conv", "convolution"),
    ("rnn", "recurrent network", "recurrent neural network"),
    ("mlp", "multilayer perceptron"),
    ("nn", "neural network", "neural net"),
    ("mse", "mean squared error"),
    ("bce", "binary cross entropy"),
    ("dataloader", "data loader"),
    ("param", "parameter"),
    ("hyperparam", "hyperparameter"),
    ("batchnorm", "batch normalization", "batch norm"),
    ("layernorm", "layer normalization", "layer norm"),
    ("dtype", "data type"),
    ("ckpt", "checkpoint"),
    ("amp", "mixed precision"),
)

SPELLINGS = (
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("neighbour", "neighbor"),
    ("favour", "favor"),
    ("centre", "center"),
    ("grey", "gray"),
    ("labelled", "labeled"),
    ("labelling", "labeling"),
    ("modelling", "modeling"),
    ("modelled", "modeled"),
    ("artefact", "artifact"),
    ("catalogue", "catalog"),
    ("analyse", "analyze"),
    ("analysing", "analyzing"),
)

_ENDING = re.compile(r"(?<=\w{3})i([sz])(?=(?:e[drs]?|ers?|es|ing|ations?)$)")


def find_variants(word: str) -> set[str]:
    """Other spellings of `word`, itself left out: optimiser, optimizer; behaviours, behaviors."""
    found = {_ENDING.sub(lambda match: "i" + ("z" if match[1] == "s" else "s"), word)}
    for pair in SPELLINGS:
        for here, there in (pair, pair[::-1]):
            if word.startswith(here):
                found.add(there + word.removeprefix(here))
    return found - {word}


def find_synonyms(words: Words) -> Iterator[Words]:
    """What else these words are called, the plural of the last as good as its singular."""
    for known in (words, (*words[:-1], words[-1].removesuffix("s"))):
        if group := _GROUPS.get(known):
            yield from (other for other in group if other != known)
            return


def list_lengths() -> Iterable[int]:
    """How many words the names in the table have, longest first."""
    return sorted({len(name) for name in _GROUPS}, reverse=True)


def _index() -> dict[Words, tuple[Words, ...]]:
    groups = [tuple(tuple(name.split()) for name in group) for group in GROUPS]
    spelt = {name: group for group in groups for name in group}
    other = {tuple(min(find_variants(word), default=word) for word in name): group for name, group in spelt.items()}
    return other | spelt


_GROUPS = _index()
