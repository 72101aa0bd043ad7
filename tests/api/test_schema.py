"""The API against its own OpenAPI document: whatever the schema allows or forbids, the answer is one that it names."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.models import User
from apps.api import limits
from apps.api.views import api
from apps.runs import admission
from apps.runs.models import Run
from kindling.wsgi import application
from tests.api.programs import Program
from tests.runs.builders import make_project, make_run
from workers.protocol import State

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


API = schemathesis.openapi.from_dict(json.loads(json.dumps(api.description_for_programs)))
API.app = application
OPERATIONS = [found.ok() for found in API.get_all_operations() if isinstance(found, Ok)]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, student: User) -> None:
    """There is a run in every state, and no limit ends the questions."""
    monkeypatch.setattr(limits, "MAX_REQUESTS", 10**9)
    monkeypatch.setattr(admission, "MAX_STARTS", 10**9)
    monkeypatch.setattr(admission, "MAX_WAITING", 10**9)
    project = make_project()
    for state in State:
        make_run(student, state, project=project)


# Real transactions: the WSGI application closes connections as it does in production.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_one_that_is_documented(
    operation: schemathesis.APIOperation[Any, Any, Any, Any], mode: GenerationMode, ada: Program, world: None
) -> None:
    @settings(
        max_examples=25,
        derandomize=True,  # the same questions each time
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        _choose_a_run(case)
        headers = {"Authorization": f"Bearer {ada.secret}"}
        case.validate_response(case.call(headers=headers), checks=CHECKS, headers=headers)

    ask()


def _choose_a_run(case: schemathesis.Case[Any]) -> None:
    """Every other made-up number becomes that of a run that is there, one state after the other."""
    with suppress(KeyError, ValueError, TypeError, AttributeError):
        made_up = uuid.UUID(case.path_parameters["run_id"]).int
        runs = list(Run.objects.order_by("created_at").values_list("pk", flat=True))
        if made_up % 2:
            case.path_parameters["run_id"] = str(runs[made_up // 2 % len(runs)])


def test_the_document_and_its_page_are_open_to_all(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs").content.decode()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page
            assert path in page


def test_every_kind_of_problem_is_explained_where_it_points(ada: Program, client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    place, _, fragment = ada.get("/nothing").json()["type"].partition("#")
    assert place == "/api/v1/docs"
    assert f'id="{fragment}"' in page
