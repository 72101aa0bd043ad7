"""What the control worker does of its own accord: it goes on, asks for what is due, tells editors, and tidies up."""

from __future__ import annotations

from celery import shared_task

from . import advancing, reporting, scheduling, tidying


@shared_task  # type: ignore[untyped-decorator]
def ask_due() -> None:
    """Every few seconds: what has gone live, and what is due again."""
    scheduling.ask_due()


@shared_task  # type: ignore[untyped-decorator]
def go_on() -> None:
    """Every few seconds: what was missed when a run ended."""
    advancing.advance_all()


@shared_task  # type: ignore[untyped-decorator]
def tell_editors() -> None:
    """Every minute."""
    reporting.report()


@shared_task  # type: ignore[untyped-decorator]
def tidy() -> None:
    """Every hour."""
    tidying.tidy()
