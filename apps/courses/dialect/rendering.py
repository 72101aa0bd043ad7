"""From nodes to the HTML of the page. The style sheets and scripts rely on what is written here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .figures import UnsafeFigure, inline
from .listings import colour, show_output
from .markdown import Markdown, plain_passage, plain_text
from .nodes import (
    Block,
    Callout,
    Card,
    Figure,
    Heading,
    Listing,
    Next,
    Objectives,
    Passage,
    Project,
    Quiz,
    Section,
    Slider,
    Tabs,
    Term,
)
from .pictures import read_picture
from .problems import Problems
from .references import References, Target
from .sliders import show_plot

CSRF = mark_safe("<!--csrf-->")  # replaced by the reader's own token when the page is shown
TITLES = {"note": "Note", "tip": "Tip", "warning": "Warning", "key": "Key idea"}


class QuizChoice(TypedDict):
    id: str
    html: str
    correct: bool
    reason_html: str


class QuizAnswers(TypedDict):
    """One question with its answers; only grading may look into it."""

    prompt_html: str
    body_html: str
    multiple: bool
    choices: list[QuizChoice]


class TermFacts(TypedDict):
    """`html` holds the explanation for any page beside the chapter's own, `also` the other forms of the word."""

    title: str
    also: list[str]
    html: str
    text: str


class Renderer:
    """Renders one chapter and gathers what is to be known of it besides the HTML.

    `address` is `course/chapter`, `targets` are what it may refer to. `titles` holds kind and plain title of every item,
    in the order of the text, `links` the chapters that the text leads on to, with the line.
    """

    def __init__(
        self, address: str, figures: Mapping[str, str], targets: Mapping[str, Target], problems: Problems
    ) -> None:
        self.address = address
        self.figures = figures
        self.targets = targets
        self.problems = problems
        self.references = References(address, targets, problems)
        self.markdown = Markdown(self.references, problems)
        self.terms: dict[str, TermFacts] = {}
        self.quizzes: dict[str, QuizAnswers] = {}
        self.titles: dict[str, tuple[str, str]] = {}
        self.links: list[tuple[int, str]] = []

    def section(self, number: int, section: Section) -> SafeString:
        self.titles[section.key] = ("section", plain_text(section.title))
        title = self.markdown.inline(Passage(section.line, section.title))
        heading = format_html('<h2><a href="#{}"><b>{}</b> {}</a></h2>', section.key, number, title)
        return format_html(
            '<section id="{}" class="section">\n{}\n{}</section>\n',
            section.key,
            heading,
            format_html_join("", "{}\n", ((self.block(block),) for block in section.blocks)),
        )

    def block(self, block: Block) -> SafeString:
        render: Mapping[type, Callable[..., SafeString]] = {
            Passage: self.markdown.blocks,
            Heading: self.heading,
            Objectives: self.objectives,
            Listing: self.listing,
            Project: self.project,
            Quiz: self.quiz,
            Card: self.card,
            Callout: self.callout,
            Figure: self.figure,
            Slider: self.slider,
            Term: self.term,
            Tabs: self.tabs,
            Next: self.next,
        }
        return render[type(block)](block)

    def heading(self, heading: Heading) -> SafeString:
        title = self.markdown.inline(Passage(heading.line, heading.title))
        if not heading.key:
            return format_html("<h3>{}</h3>", title)
        return format_html('<h3 id="{}"><a href="#{}">{}</a></h3>', heading.key, heading.key, title)

    def objectives(self, objectives: Objectives) -> SafeString:
        goals = self.markdown.blocks(objectives.goals)
        return format_html('<div class="objectives" id="{}">{}</div>', objectives.key, goals)

    def listing(self, listing: Listing) -> SafeString:
        self.titles[listing.key] = ("listing", listing.title)
        shown = _listing(
            self.targets[listing.key].anchor,
            format_html("{} ", self.number(listing.key)),
            listing.title,
            listing.code,
            listing.output,
            coloured=not listing.folded,
        )
        if not listing.folded:
            return shown
        return format_html(
            '<details class="evidence" id="{}"><summary><span>How we measured this: {}</span></summary>{}</details>',
            listing.key,
            listing.title,
            shown,
        )

    def project(self, project: Project) -> SafeString:
        self.titles[project.key] = ("project", project.title)
        return format_html(
            '<div class="project" id="{}" data-project="{}/{}">\n<h3>{}</h3>\n{}{}\n{}{}{}</div>',
            project.key,
            self.address,
            project.key,
            project.title,
            self.markdown.blocks(project.before),
            _listing(f"{project.key}--code", "", project.title, project.code, project.output),
            _checks(project),
            self.markdown.blocks(project.after),
            self.hints(project.hints),
        )

    def quiz(self, quiz: Quiz) -> SafeString:
        prompt, body, title = self.markdown.lead(quiz.prompt)
        self.titles[quiz.key] = ("quiz", title)
        choices = [
            QuizChoice(
                id="abcdefgh"[at],
                html=self.markdown.inline(choice.text),
                correct=choice.correct,
                reason_html=self.markdown.blocks(choice.reason),
            )
            for at, choice in enumerate(quiz.choices[:8])
        ]
        answers = QuizAnswers(prompt_html=prompt, body_html=body, multiple=quiz.multiple, choices=choices)
        self.quizzes[quiz.key] = answers
        shown = show_question(quiz.key, answers)
        context = {"question": shown, "action": f"quiz/{quiz.key}/", "result": None, "error": "", "csrf": CSRF}
        return render_to_string("courses/_question.html", context)

    def card(self, card: Card) -> SafeString:
        return self.exercise(card) if card.kind == "exercise" else self.question(card)

    def exercise(self, card: Card) -> SafeString:
        self.titles[card.key] = (card.kind, card.title)
        return format_html(
            '<article class="exercise" id="{}">\n<h3>{} {}</h3>\n{}{}'
            "<details><summary>Solution</summary>\n<div>{}</div></details></article>",
            card.key,
            self.number(card.key),
            card.title,
            self.markdown.blocks(card.front),
            self.hints(card.hints),
            self.markdown.blocks(card.back),
        )

    def hints(self, hints: Sequence[Passage]) -> SafeString:
        """A ladder: each hint is opened by itself."""
        return format_html_join(
            "",
            '<details class="clue"><summary>Hint{}</summary>\n<div>{}</div></details>',
            (
                (f" {number}" if len(hints) > 1 else "", self.markdown.blocks(hint))
                for number, hint in enumerate(hints, start=1)
            ),
        )

    def question(self, card: Card) -> SafeString:
        lead, rest, title = self.markdown.lead(card.front)
        self.titles[card.key] = (card.kind, title)
        return format_html(
            '<article class="{}" id="{}"><details><summary><span>{}</span></summary>\n'
            "<div>{}{}</div></details></article>",
            card.kind,
            card.key,
            lead,
            rest,
            self.markdown.blocks(card.back),
        )

    def callout(self, callout: Callout) -> SafeString:
        return format_html(
            '<aside class="callout {}" id="{}"><p class="callout-title">{}</p>\n{}</aside>',
            callout.kind,
            callout.key,
            callout.title or TITLES.get(callout.kind, ""),
            self.markdown.blocks(callout.text),
        )

    def figure(self, figure: Figure) -> SafeString:
        shown, title = self.picture(figure) if figure.alt else self.drawing(figure)
        self.titles[figure.key] = ("figure", title)
        return format_html(
            '<figure class="{}" id="{}">{}<figcaption>{}</figcaption></figure>',
            "figure wide" if figure.wide else "figure",
            figure.key,
            shown,
            self.caption(figure.key, figure.caption),
        )

    def slider(self, slider: Slider) -> SafeString:
        self.titles[slider.key] = ("figure", slider.title)
        if slider.plot is None:
            return SafeString()
        return format_html(
            '<figure class="figure" id="{}">{}<figcaption>{}</figcaption></figure>',
            slider.key,
            show_plot(slider.plot, slider.key, slider.title),
            self.caption(slider.key, slider.caption),
        )

    def caption(self, key: str, caption: Passage) -> SafeString:
        number = self.number(key)
        html = self.markdown.blocks(caption)
        return mark_safe(html.replace("<p>", f"<p>{number} ", 1))  # noqa: S308  both are safe

    def number(self, key: str) -> SafeString:
        """What is counted, with its number, such as “Figure 2”."""
        name = self.targets[key].name
        return format_html("<b>{}</b>", name[:1].upper() + name[1:])

    def drawing(self, figure: Figure) -> tuple[SafeString, str]:
        try:
            svg, title = inline(self.file(figure), figure.key)
        except UnsafeFigure as unsafe:
            for reason in unsafe.reasons if figure.src in self.figures else ():
                self.problems.add(figure.line, f"{figure.src}: {reason}")
            return SafeString(), ""
        if figure.out:
            self.references.check_claim(figure.out, " ".join(_list_measured(svg)), figure.line)
        return mark_safe(svg), title  # noqa: S308  written out element by element from an allow-list

    def picture(self, figure: Figure) -> tuple[SafeString, str]:
        picture = read_picture(self.file(figure))
        if not picture:
            if figure.src in self.figures:
                self.problems.add(figure.line, f"{figure.src} is no picture that can be shown: upload it once more.")
            return SafeString(), ""
        html = format_html(
            '<img src="{}" width="{}" height="{}" loading="lazy" decoding="async" alt="{}">',
            picture.address,
            picture.width,
            picture.height,
            figure.alt,
        )
        return html, figure.alt

    def file(self, figure: Figure) -> str:
        """What lies beside the text under the name that the figure gives; empty where nothing does."""
        if figure.src and figure.src not in self.figures:
            known = ", ".join(sorted(self.figures)) or "none"
            self.problems.add(figure.line, f"There is no file {figure.src} beside the chapter (there is: {known}).")
        return self.figures.get(figure.src, "")

    def term(self, term: Term) -> SafeString:
        text, slug = self.markdown.blocks(term.text), self.references.slug
        self.titles[term.key] = ("term", term.title)
        self.terms[term.key] = TermFacts(
            title=term.title,
            also=list(term.also),
            html=re.sub('(<a [^>]*?href=")#', rf"\g<1>../{slug}/#", text),
            text=plain_passage(term.text),
        )
        return format_html(
            '<aside class="definition" id="{}"><p><dfn>{}</dfn></p>\n{}</aside>',
            term.key,
            term.title,
            text,
        )

    def tabs(self, tabs: Tabs) -> SafeString:
        """Under headings until a script makes tabs of them."""
        panels = ((panel.title, self.markdown.blocks(panel.text)) for panel in tabs.panels)
        shown = format_html_join("", "<section><h3>{}</h3>\n{}</section>", panels)
        return format_html('<kindling-tabs class="tabs" id="{}">{}</kindling-tabs>', tabs.key, shown)

    def next(self, link: Next) -> SafeString:
        """Prose and a hole `<!--next:slug-->`: whether that chapter can be read is known when the page is shown."""
        self.links.append((link.line, link.slug))
        text = self.markdown.blocks(link.text)
        return format_html('<div class="next">{}<!--next:{}--></div>', text, link.slug)


def show_question(key: str, answers: QuizAnswers) -> dict[str, object]:
    """What `courses/_question.html` needs of a question, and nothing that gives an answer away."""
    return {
        "key": key,
        "prompt_html": answers["prompt_html"],
        "body_html": answers["body_html"],
        "multiple": answers["multiple"],
        "choices": [{"id": choice["id"], "html": choice["html"]} for choice in answers["choices"]],
        "wording": print_wording(answers),
    }


def print_wording(answers: QuizAnswers) -> str:
    """Another for every other wording of a question: an answer names the one that was read. It tells nothing of what is right."""
    asked = [answers["prompt_html"], answers["body_html"], *(choice["html"] for choice in answers["choices"])]
    return hashlib.sha256("\0".join(asked).encode()).hexdigest()[:8]


def _list_measured(svg: str) -> list[str]:
    """The numbers in a drawing that somebody must have measured: those with a decimal point."""
    return re.findall(r"[-+−]?\d+\.\d+", " ".join(re.findall(r"<t(?:ext|span)\b[^>]*>([^<]*)", svg)))


def _checks(project: Project) -> SafeString:
    """What a run will be asked; what is expected is for the machines to know."""
    if not project.checks:
        return SafeString("")
    names = format_html_join("", "<li>{}</li>", ((check["name"],) for check in project.checks))
    return format_html('<div class="checks"><p>Checked after every run that succeeds:</p><ul>{}</ul></div>\n', names)


def _listing(key: str, number: str, title: str, code: str, output: str, *, coloured: bool = True) -> SafeString:
    """What is folded away is not coloured: colours weigh four times what they colour."""
    return format_html(
        '<figure class="listing" id="{}"><figcaption>{}{}</figcaption>{}{}</figure>',
        key,
        number,
        title,
        mark_safe(colour(code, "python" if coloured else "text")),  # noqa: S308  Pygments escapes what it colours
        mark_safe(show_output(output)) if output else "",  # noqa: S308  escaped there
    )
