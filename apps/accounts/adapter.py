"""What we do otherwise than django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .models import Role, User
from .roles import grant


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account has been closed. Write to us if you think that this is a mistake.",
        "email_password_mismatch": (
            "E-mail address and password do not belong together. Check both, or ask for a new password below."
        ),
        "incorrect_code": "This is not the code that we sent. Look for the newest mail from us and copy its code.",
        "incorrect_password": "This is not your password. Try again.",
        "enter_current_password": "This is not your present password. Try again.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "rate_limited": "That was a little fast. Wait a minute, then try again.",
        "same_as_current": "This is the address you already use. Enter another one.",
    }

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True) -> User:
        """Everybody who signs up has a name and is a student."""
        user.name = form.cleaned_data["name"]
        super().save_user(request, user, form, commit=commit)
        if commit:
            grant(actor=None, person=user, role=Role.STUDENT)
        return user

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """The password was right, so this browser may read why the account is closed: see `moderation.access`."""
        request.session["closed_account"] = user.pk
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Where somebody who is logged in goes after verifying a new address."""
        return reverse("accounts:profile")
