"""What every form on a page of ours carries."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString


def csrf_field(request: HttpRequest) -> SafeString:
    """The hidden input that proves that a form came from one of our own pages."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
