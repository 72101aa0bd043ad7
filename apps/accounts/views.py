"""One's own profile, the development mailbox, and giving up a sign-up half way."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import mailbox
from .access import may_read_mailbox
from .forms import ProfileForm
from .models import User


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
    return render(request, "accounts/profile.html", {"form": form, "roles": sorted(person.role_names)})


@require_POST
def cancel_verification(request: HttpRequest) -> HttpResponse:
    """Forget the address that waits for its code. What the visitor did on the site stays in the session."""
    if process := EmailVerificationProcess.resume(request):
        process.abort()
    return redirect("account_email" if request.user.is_authenticated else "account_signup")


@never_cache
@require_safe
def read_mailbox(request: HttpRequest) -> HttpResponse:
    if not (mailbox.is_in_use() and may_read_mailbox(request)):
        raise Http404
    return render(request, "accounts/mailbox.html", {"mails": mailbox.read_newest()})
