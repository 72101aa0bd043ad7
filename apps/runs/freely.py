"""The lab without a project: for whatever one likes to try, and for what others share."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest

from apps.runs import access
from apps.runs.models import Run

FIRST_CODE = """\
import torch
from torch import nn

# Points on a curve, and a small network that learns it.
torch.manual_seed(0)
x = torch.linspace(-3, 3, 200).unsqueeze(1)
y = torch.sin(x)

model = nn.Sequential(
    nn.Linear(1, 32),
    nn.Tanh(),
    nn.Linear(32, 1),
)
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)

for step in range(500):
    loss = nn.functional.mse_loss(model(x), y)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()

print("The sine of 1 is 0.8415.")
print(f"The network says {model(torch.tensor([[1.0]])).item():.4f}.")
"""


def open_lab(request: HttpRequest) -> dict[str, Any]:
    """What the lab is given: some code to begin with, or that of the run `?run=` which its reader may see. Else 404.

    `kept`: what one writes of one's own is still there next time; opening what somebody shared does not touch it.
    """
    run = _load(request)
    title = f"From “{run.title}”" if run else "Your own code"
    code = run.code if run else FIRST_CODE
    return {
        "code": code,
        "projects": [
            {
                "key": "free",
                "title": title,
                "path": None,
                "code": code,
                "last_run": None,
                "kept": run is None,
            }
        ],
    }


def _load(request: HttpRequest) -> Run | None:
    wanted = request.GET.get("run")
    if not wanted:
        return None
    try:
        run_id = uuid.UUID(wanted)
    except ValueError:
        raise Http404("There is no such run.") from None
    return access.load_visible(request.user, run_id, request.GET.get("key", ""))
