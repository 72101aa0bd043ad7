"""Why a search was not carried out, in words that say what to do."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """The message is for whoever searched. `retry_after_s` where the same search may well succeed then."""

    status = HTTPStatus.BAD_REQUEST
    retry_after_s: int | None = None


class BadQuery(Refusal):
    """There is nothing to look for: no mistake, only a search that has hardly begun."""

    status = HTTPStatus.OK


class TooManySearches(Refusal):
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("That were many searches in a short time. Wait a moment, then search again.")
        self.retry_after_s = retry_after_s


class TookTooLong(Refusal):
    """Postgres gave up within the time that a query may take."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__("That search took too long, so it was given up. Add a rarer word, or choose a course.")
