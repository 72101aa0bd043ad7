"""What moderators know of somebody and do about them; and what those concerned read of it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import is_admin, is_moderator
from apps.accounts.models import User
from apps.conduct.access import list_charges, may_act_on
from apps.conduct.charging import charge, discharge
from apps.conduct.models import Act, Appeal, Sanction
from apps.conduct.sanctioning import impose, lift
from apps.discussions.models import Post

from ..access import (
    MemberRequest,
    load_concerned,
    load_own_act,
    load_person,
    load_sanction,
    moderators_only,
)
from ..appealing import appeal, may_appeal
from ..forms import AppealForm, ChargeForm, ReasonForm, SanctionForm, read_end
from ..reading import load_history
from ..refusals import Refusal, Unfit
from .answers import list_errors, refusing


@moderators_only
@require_safe
def person(request: MemberRequest, person_id: int) -> HttpResponse:
    return show_person(request, person_id, SanctionForm(moderator=request.user, initial={"days": "7"}))


@moderators_only
@require_POST
def sanctions(request: MemberRequest, person_id: int) -> HttpResponse:
    """Warn, silence or suspend somebody; what is refused comes back with its words."""
    form = SanctionForm(request.POST, moderator=request.user)
    if not form.is_valid():
        return show_person(request, person_id, form, status=422)
    try:
        sanction(request, person_id, form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_person(request, person_id, form, status=refusal.status)
    messages.success(request, "Done, and the person is told why and how to appeal.")
    return redirect("moderation:person", person_id)


def sanction(request: MemberRequest, person_id: int, values: dict[str, str]) -> None:
    kind = Sanction.Kind(values["kind"])
    impose(
        kind,
        actor=request.user,
        person=load_person(person_id),
        course=None if kind is Sanction.Kind.SUSPEND else values["course"],  # type: ignore[arg-type]
        reason=values["reason"],
        ends_at=None if kind is Sanction.Kind.WARN else read_end(values["days"]),
        bulk=None,
    )


@moderators_only
@require_POST
@refusing
def lifting(request: MemberRequest, sanction_id: int) -> HttpResponse:
    found, form = load_sanction(sanction_id), ReasonForm(request.POST, moderator=request.user)
    if not form.is_valid():
        raise Unfit(list_errors(form))
    lift(actor=request.user, sanction=found, reason=form.cleaned_data["reason"])
    messages.success(request, "It is lifted, and the person is told.")
    return redirect("moderation:person", found.person_id)


@moderators_only
@require_POST
@refusing
def charges(request: MemberRequest, person_id: int) -> HttpResponse:
    """An admin puts a course into somebody's care, or takes it out of it."""
    found, form = load_person(person_id), ChargeForm(request.POST)
    if not form.is_valid():
        raise Unfit(list_errors(form))
    verb = charge if form.cleaned_data["wish"] == "charge" else discharge
    verb(actor=request.user, person=found, course=form.cleaned_data["course"])
    messages.success(request, "Done, and the person is told.")
    return redirect("moderation:person", person_id)


def show_person(request: MemberRequest, person_id: int, form: SanctionForm, *, status: int = 200) -> HttpResponse:
    found = load_person(person_id)
    charges = list(list_charges(found))
    context = {"history": load_history(request.user, found), "form": form, "person": found, "charges": charges}
    context["charging"] = ChargeForm(charges=charges) if is_admin(request.user) else None
    context["has_role"] = is_moderator(found)
    course_id = form.fields["course"].queryset.values_list("pk", flat=True).first()  # type: ignore[attr-defined]
    return render(
        request,
        "moderation/person.html",
        context | {"bar": may_act_on(request.user, found, course_id)},
        status=status,
    )


@never_cache
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Everything that moderators decided about who asks."""
    found = load_concerned(request)
    if found is None:
        return redirect_to_login(request.path)
    acts = Act.objects.filter(person=found).exclude(verb="bulk").select_related("course", "appeal")[:100]
    return render(request, "conduct/decisions.html", {"acts": acts, "person": found})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, act_id: int) -> HttpResponse:
    """One decision: why, until when, and the appeal. It opens with the key of a letter, too."""
    key = request.POST.get("key") or request.GET.get("key", "")
    found = load_own_act(request, act_id, key)
    form = AppealForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show_act(request, found, form, key, status=200 if request.method != "POST" else 422)
    try:
        appeal(actor=cast("User", found.person), act=found, text=form.cleaned_data["text"])
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_act(request, found, form, key, status=refusal.status)
    messages.success(request, "Your appeal is with the moderators. Another one than before decides, and you are told.")
    return redirect(f"{request.path}?key={key}" if key else request.path)


def show_act(request: HttpRequest, act: Act, form: AppealForm, key: str, *, status: int) -> HttpResponse:
    person = cast("User", act.person)  # load_own_act finds no other
    shown = Post.objects.filter(pk=act.target_id, author=person) if act.target_kind == Act.Target.POST else None
    context = {
        "act": act,
        "appeal": Appeal.objects.filter(act=act).first(),
        "undone": Act.objects.filter(reverts=act).first(),
        "post": shown.select_related("thread").first() if shown is not None else None,
        "bar": may_appeal(person, act),
        "form": form,
        "key": key,
    }
    return render(request, "conduct/act.html", context, status=status)
