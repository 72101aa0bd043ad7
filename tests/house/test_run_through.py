"""One run through every process that `up` starts, each with only the rights and the environment that it gets there."""

from __future__ import annotations

from tests.person import Person
from tests.product import Product

CODE = """
import torch
model = torch.nn.Linear(1, 1)
optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(20):
    loss = (model(torch.ones(4, 1)) - 1).pow(2).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
print("done")
"""


def test_a_run_goes_through_every_process(live: Product) -> None:
    with Person(live, "editor") as editor:
        heard = list(editor.follow(editor.start(CODE)))
    assert "metric" in {event.type for event in heard}
    assert "done\n" in [event.data["text"] for event in heard if event.type == "stdout"]
    assert (heard[-1].type, heard[-1].data["state"]) == ("state", "succeeded")
