"""The queue, one item of it, claims and decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.conduct.models import Sanction
from apps.discussions.reading import locate

from .. import appealing, settling
from ..access import MemberRequest, list_courses, load_item, moderators_only
from ..clearing import Chosen, clear
from ..forms import ClearingForm, DecisionForm, QueueFilter, VerdictForm, read_end
from ..models import ReviewItem
from ..reading import Sort, is_claimed_by_other, list_around, list_decisions, list_flags, list_page, load_history
from ..refusals import Refusal, Unfit
from ..settling import Fate, Remedy
from .answers import list_errors, refusing


@moderators_only
@require_safe
def queue(request: MemberRequest) -> HttpResponse:
    asked = QueueFilter(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such part of the queue.")
    chosen = asked.cleaned_data
    try:
        page = list_page(
            request.user,
            sort=Sort(chosen["sort"] or Sort.HEAVIEST),
            why=chosen["why"],
            course=chosen["course"],
            after=chosen["after"],
        )
    except ValueError as error:
        raise Http404("There is no such page of the queue.") from error
    context = {"page": page, "chosen": chosen, "courses": list_courses(request.user), "clearing": ClearingForm()}
    return render(request, "moderation/queue.html", context | {"whys": ReviewItem.Why.choices})


@moderators_only
@require_POST
@refusing
def clearing(request: MemberRequest) -> HttpResponse:
    form = ClearingForm(request.POST)
    if not form.is_valid():
        raise Unfit(list_errors(form))
    pairs = [Chosen(*pair) for pair in read_ticked(form)]
    values = form.cleaned_data
    left = clear(actor=request.user, chosen=pairs, outcome=values["outcome"], reason=values["reason"])
    messages.success(request, f"{len(pairs) - len(left)} of {len(pairs)} are decided.")
    for each in left:
        messages.warning(request, f"Item {each.item.pk} was left: {each.why}")
    return redirect("moderation:queue")


def read_ticked(form: ClearingForm) -> list[tuple[int, int]]:
    pairs = form.read_items()
    if not pairs:
        raise Unfit("Tick at least one item of the queue.")
    return pairs


@moderators_only
@require_safe
def item(request: MemberRequest, item_id: int) -> HttpResponse:
    return show_item(request, load_item(request.user, item_id))


@moderators_only
@require_POST
def claiming(request: MemberRequest, item_id: int) -> HttpResponse:
    """Claim an item, or give the claim back (`release`)."""
    found = load_item(request.user, item_id)
    if "release" in request.POST:
        settling.unclaim(actor=request.user, item=found)
    elif not settling.claim(actor=request.user, item=found):
        messages.warning(request, "Somebody else is at this. You can decide all the same, if it cannot wait.")
    return redirect("moderation:item", item_id)


@moderators_only
@require_POST
def decision(request: MemberRequest, item_id: int) -> HttpResponse:
    """Decide; what is refused comes back with its words, a conflict (409) with what the other decided."""
    found = load_item(request.user, item_id)
    form = VerdictForm(request.POST) if found.appeal_id else DecisionForm(request.POST, moderator=request.user)
    if not form.is_valid():
        return show_item(request, found, form, status=422)
    try:
        done = submit(request, found, form.cleaned_data)
    except Refusal as refusal:
        return show_item(request, load_item(request.user, item_id), form, refusal=refusal, status=refusal.status)
    messages.success(request, done)
    return redirect("moderation:queue")


def submit(request: MemberRequest, item: ReviewItem, values: dict[str, object]) -> str:
    """What was done, in words."""
    actor, version = request.user, int(str(values["version"]))
    if item.appeal_id:
        grants, answer = values["verdict"] == "grant", str(values["answer"])
        appealing.decide(actor=actor, item=item, version=version, grants=grants, answer=answer)
        return "The appeal is decided, and the person is told."
    reason = str(values["reason"])
    if values["outcome"] == "disagree":
        settling.disagree(actor=actor, item=item, version=version, reason=reason)
        return "The post stands."
    if values["outcome"] == "ignore":
        settling.ignore(actor=actor, item=item, version=version, reason=reason)
        return "The item is closed, and counts for and against nobody."
    settling.agree(actor=actor, item=item, version=version, reason=reason, remedy=read_remedy(values))
    return "Done, and who it concerns is told."


def read_remedy(values: dict[str, object]) -> Remedy:
    return Remedy(
        fate=Fate(str(values["fate"] or Fate.KEEP)),
        body=str(values["body"]),
        sanction=Sanction.Kind(str(values["sanction"])) if values["sanction"] else None,
        everywhere=bool(values["everywhere"]),
        ends_at=read_end(str(values["days"])),
    )


def show_item(
    request: MemberRequest,
    item: ReviewItem,
    form: DecisionForm | VerdictForm | None = None,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The item with all that a decision needs. `form` is what came back."""
    post, person = item.post, item.post.author if item.post else item.appeal.person if item.appeal else None
    context = {
        "item": item,
        "post": post,
        "address": locate(post, post.thread) if post else "",
        "around": list_around(post) if post else [],
        "flags": list_flags(item),
        "decisions": list_decisions(item),
        "history": load_history(request.user, person) if person else None,
        "is_claimed": is_claimed_by_other(item, request.user),
        "form": form or begin_form(request, item),
        "sent": form is not None,
        "refusal": refusal,
    }
    return render(request, "moderation/item.html", context, status=status)


def begin_form(request: MemberRequest, item: ReviewItem) -> DecisionForm | VerdictForm:
    """Empty, with the text to be edited and the version that is shown."""
    if item.post is None:
        return VerdictForm(initial={"version": item.version})
    known = {"version": item.version, "body": item.post.body, "fate": "hide", "sanction": "", "days": "7"}
    return DecisionForm(initial=known, moderator=request.user)
