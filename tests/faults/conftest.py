"""People who use the product while parts of it die."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.faults.students import Student
from tests.product import Product


@pytest.fixture(scope="module")
def two_people(live: Product) -> Iterator[tuple[Student, Student]]:
    """Two, since nobody has more than two runs at work; the machine has two slots."""
    with ExitStack() as stack:
        two = tuple(stack.enter_context(closing(Student(live, role))) for role in ("student", "moderator"))
        for person in two:
            person.log_in()
        yield two[0], two[1]


@pytest.fixture
def people(two_people: tuple[Student, Student]) -> Iterator[tuple[Student, Student]]:
    """The same two, with nothing of another test's at work."""
    yield two_people
    for person in two_people:
        person.leave_nothing()
