"""Two texts that grew out of one come together; what stands against each other is shown, and nothing is dropped unseen."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.courses.merging import Agreed, Conflict, join, match_lines, merge_files, merge_texts
from apps.courses.models import Chapter, Draft
from apps.courses.reconciling import Overtaken, settle

from .editing import PAGE, form, log_in
from .texts import CHAPTER, FIGURES, SVG, publish_text, replaced

lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", ":::\n", "\n", "d\n"]), max_size=12).map("".join)


def conflicts(base: str, ours: str, theirs: str) -> list[Conflict]:
    return [piece for piece in merge_texts(base, ours, theirs) if isinstance(piece, Conflict)]


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other tests run beside


@unhurried
@given(lines, lines)
def test_who_alone_has_changed_a_text_has_it_so(base: str, changed: str) -> None:
    for merged in (
        merge_texts(base, changed, base),
        merge_texts(base, base, changed),
        merge_texts(base, changed, changed),
    ):
        assert all(isinstance(piece, Agreed) for piece in merged)
        assert join(merged) == changed


@unhurried
@given(lines, lines, lines)
def test_either_side_can_be_had_and_both_see_the_same(base: str, ours: str, theirs: str) -> None:
    pieces, mirrored = merge_texts(base, ours, theirs), merge_texts(base, theirs, ours)
    assert [piece for piece in pieces if isinstance(piece, Agreed)] == [p for p in mirrored if isinstance(p, Agreed)]
    assert [(c.ours, c.theirs) for c in conflicts(base, ours, theirs)] == [
        (c.theirs, c.ours) for c in conflicts(base, theirs, ours)
    ]
    if not conflicts(base, ours, theirs):
        merged = join(pieces)
        assert merge_texts(ours, merged, ours) == ([Agreed(tuple(merged.splitlines(keepends=True)))] if merged else [])


@unhurried
@given(lines, lines, lines)
def test_no_line_that_somebody_wrote_is_dropped(base: str, ours: str, theirs: str) -> None:
    kept = "".join(
        "".join(piece.lines) if isinstance(piece, Agreed) else "".join(piece.ours + piece.theirs)
        for piece in merge_texts(base, ours, theirs)
    )
    written = {*ours.splitlines(), *theirs.splitlines()} - set(base.splitlines())
    assert written <= set(kept.splitlines())


@unhurried
@given(lines, lines)
def test_what_fits_together_is_the_same_and_in_order(one: str, other: str) -> None:
    left, right = one.splitlines(), other.splitlines()
    matches = match_lines(left, right)
    assert all(left[at : at + size] == right[there : there + size] for at, there, size in matches)
    ends = [(match.at + match.size, match.there + match.size) for match in matches]
    assert all(before <= (match.at, match.there) for before, match in zip(ends, matches[1:], strict=False))
    assert ends[-1] == (len(left), len(right))


def test_changes_apart_fit_together_and_changes_of_the_same_do_not() -> None:
    base = "one\ntwo\nthree\nfour\nfive\n"
    assert join(merge_texts(base, base.replace("one", "1"), base.replace("five", "5"))) == "1\ntwo\nthree\nfour\n5\n"
    [conflict] = conflicts(base, base.replace("three", "3"), base.replace("three", "III"))
    assert conflict == Conflict(("three\n",), ("3\n",), ("III\n",), line=3)
    assert (
        join(merge_texts(base, base.replace("three", "3"), base.replace("three", "III")), ["both\n"]).count("both") == 1
    )


def test_texts_of_many_lines_are_not_searched_for_ever() -> None:
    ours, theirs = ("".join(f"{number}\n" for number in order) for order in (range(20_000), range(20_000, 0, -1)))
    assert len(conflicts("", ours, theirs)) == 1


def test_files_come_together_by_name() -> None:
    base = {"same": "1", "mine": "1", "theirs": "1", "gone": "1", "both": "1", "clash": "1", "dropped": "1"}
    ours = {"same": "1", "mine": "2", "theirs": "1", "gone": "1", "both": "2", "clash": "2", "new": "1", "dropped": "2"}
    theirs = {"same": "1", "mine": "1", "theirs": "2", "both": "2", "clash": "3", "more": "1"}
    merged, clashing = merge_files(base, ours, theirs)
    wanted = {
        "same": "1",
        "mine": "2",
        "theirs": "2",
        "both": "2",
        "clash": "2",
        "new": "1",
        "more": "1",
        "dropped": "2",
    }
    assert (merged, clashing) == (wanted, ["clash", "dropped"])


@pytest.mark.django_db
class TestOfDrafts:
    """Two editors on one chapter."""

    def overtake(self, client: Client, mine: str, theirs: str, **more: object) -> Draft:
        """The editor has a draft of `mine`, when `theirs` is published."""
        client.post(f"{PAGE}draft/", form(mine))
        publish_text(Chapter.objects.get(slug="first"), theirs, base=1, note="Mine first", **more)
        return Draft.objects.get()

    def answer(self, draft: Draft, **more: object) -> dict[str, object]:
        return {"onto": 2, "version": str(draft.version)} | more

    def test_a_clean_merge_is_proposed_and_taken(
        self, client: Client, chapter: Chapter, editor: User, other: User
    ) -> None:
        mine, theirs = replaced(("Done.", "Better.")), replaced(("None.", "Several."))
        draft = self.overtake(client, mine, theirs, author=other)
        assert "Bring both together" in client.get(PAGE).content.decode()
        page = client.get(f"{PAGE}merge/").content.decode()
        assert "both sides fit together" in page
        assert "revision 2 by Otto: “Mine first”" in page
        assert "<ins>Better</ins>" in page
        client.post(f"{PAGE}merge/", self.answer(draft))
        merged = Draft.objects.get()
        assert (merged.source, merged.base) == (replaced(("Done.", "Better."), ("None.", "Several.")), 2)
        assert client.post(PAGE, form(merged.source, base=2, version=merged.version)).status_code == 302
        assert not Draft.objects.exists()
        assert Chapter.objects.get(slug="first").live_revision.source == merged.source

    @pytest.mark.parametrize(
        ("choice", "words"),
        [
            ("ours", "Better."),
            ("theirs", "Done by Otto."),
            ("both", "Done by Otto.\nBetter."),
            ("edited", "Better, by Otto."),
        ],
    )
    def test_a_conflict_is_settled_by_choice(
        self, client: Client, chapter: Chapter, editor: User, choice: str, words: str
    ) -> None:
        draft = self.overtake(client, replaced(("Done.", "Better.")), replaced(("Done.", "Done by Otto.")))
        page = client.get(f"{PAGE}merge/").content.decode()
        assert "In 1 place both have changed the same" in page
        assert client.post(f"{PAGE}merge/", self.answer(draft)).status_code == 422, "nothing is chosen for them"
        sent = self.answer(draft, **{"choice-0": choice, "edited-0": "Better, by Otto.\r\n"})
        assert client.post(f"{PAGE}merge/", sent).status_code == 302
        assert Draft.objects.get().source == replaced(("Done.", words))

    def test_files_are_merged_too(self, client: Client, chapter: Chapter, editor: User) -> None:
        theirs = {"circles.svg": SVG.replace('r="4"', 'r="3"'), "new.svg": SVG}
        client.post(f"{PAGE}draft/", form())
        Draft.objects.update(figures={"circles.svg": SVG.replace('r="4"', 'r="2"')})
        publish_text(chapter, CHAPTER, base=1, figures=theirs)
        draft = Draft.objects.get()
        assert "The file circles.svg" in client.get(f"{PAGE}merge/").content.decode()
        client.post(f"{PAGE}merge/", self.answer(draft, **{"file-circles.svg": "theirs"}))
        assert Draft.objects.get().figures == theirs

    def test_whoever_is_overtaken_while_merging_looks_again(
        self, client: Client, chapter: Chapter, editor: User, other: User
    ) -> None:
        draft = self.overtake(client, replaced(("Done.", "Better.")), replaced(("None.", "Several.")), author=other)
        publish_text(chapter, replaced(("None.", "Many.")), base=2)
        answer = client.post(f"{PAGE}merge/", self.answer(draft))
        assert answer.status_code == 409
        assert "look at it once more" in answer.content.decode()
        with pytest.raises(Overtaken):
            settle(chapter=chapter, editor=editor, version=draft.version, onto=2, chosen=[], theirs=[])
        assert Draft.objects.get().base == 1
        assert log_in(other).get(f"{PAGE}merge/").status_code == 404, "a draft is its editor's own"

    def test_a_draft_that_is_not_behind_needs_no_merge(self, client: Client, chapter: Chapter, editor: User) -> None:
        client.post(f"{PAGE}draft/", form())
        assert client.get(f"{PAGE}merge/").status_code == 302

    def test_a_first_text_meets_another_first_text(self, client: Client, chapter: Chapter, editor: User) -> None:
        second, place = Chapter.objects.get(slug="second"), "/editing/small/second/"
        text = CHAPTER.replace("::: next second", "::: next first")
        client.post(f"{place}draft/", form(text.replace("Done.", "Mine."), base=0))
        publish_text(second, text, figures=FIGURES)
        assert "Both have" not in client.get(f"{place}merge/").content.decode()
        assert client.get(f"{place}merge/").status_code == 200
