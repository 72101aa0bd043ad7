"""One's own profile and access tokens, the development mailbox, and giving up a sign-up half way."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import mailbox, tokens
from .access import may_read_mailbox
from .forms import ProfileForm, TokenForm
from .models import Role, User


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = User.objects.get(pk=request.session[SESSION_KEY])  # a copy: a refused name must not show in the header
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is changed.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, "roles": sorted(person.role_names & set(Role))})


@require_POST
def cancel_verification(request: HttpRequest) -> HttpResponse:
    """Forget the address that waits for its code. What the visitor did on the site stays in the session."""
    if process := EmailVerificationProcess.resume(request):
        process.abort()
    return redirect("account_email" if request.user.is_authenticated else "account_signup")


@never_cache
@login_required
@require_safe
def list_tokens(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/tokens.html", {"tokens": tokens.list_working(cast("User", request.user))})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def issue_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        wanted, actor = form.cleaned_data, cast("User", request.user)
        lifetime = timedelta(days=wanted["days"])
        try:
            token, secret = tokens.issue(actor=actor, name=wanted["name"], scopes=wanted["scopes"], lifetime=lifetime)
        except tokens.TooManyTokens as error:
            form.add_error(None, str(error))
        else:
            get_adapter(request).send_notification_mail("account/email/token_issued", actor, {"token": token})
            return render(request, "accounts/token.html", {"token": token, "secret": secret})
    return render(request, "accounts/token_new.html", {"form": form})


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    if not tokens.revoke(actor=cast("User", request.user), token_id=token_id):
        raise Http404
    messages.success(request, "The token is revoked: it opens nothing any more.")
    return redirect("accounts:tokens")


@never_cache
@require_safe
def read_mailbox(request: HttpRequest) -> HttpResponse:
    if not (mailbox.is_in_use() and may_read_mailbox(request)):
        raise Http404
    return render(request, "accounts/mailbox.html", {"mails": mailbox.read_newest()})
