from __future__ import annotations

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.progress.models import Finish, Place, SectionRead
from apps.quizzes.models import Attempt
from apps.runs.models import Draft
from tests.quizzes.chapters import SECTIONS, build_chapter, build_course, build_project, build_question, edit_chapter
from workers.protocol import State

from .pages import open_page
from .students import CHAPTER, build_run, build_student, send_answer, send_reading

pytestmark = pytest.mark.django_db

CHECK = {"name": "It doubles", "call": "double(x)", "hint": "Steep."}
QUESTION = {
    "kind": "number",
    "ask": "After how many epochs?",
    "metric": "loss",
    "unit": "epochs",
    "choices": [],
    "steps": [],
    "values": [],
    "log": False,
    "answer": {"of": "last", "sign": "", "bound": 0.0, "ranges": [], "right": None, "near": None, "why": "Steep."},
}


def test_it_shows_the_live_text_and_no_token(client: Client, chapter: Chapter, student: User) -> None:
    for reader in (client, Client()):
        assert open_page(reader)["body"].count('<form id="q-') == 2
        answer = reader.get(CHAPTER)
        assert "csrfmiddlewaretoken" not in answer.content.decode()
        assert not answer.cookies, "a token would be another on each page"


def test_its_forms_are_accepted_from_the_site_and_from_nowhere_else(chapter: Chapter) -> None:
    client = Client(enforce_csrf_checks=True)
    assert send_answer(client, "q-one", "a", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert send_answer(client, "q-one", "a", headers={"Origin": "http://testserver"}).status_code == 200
    for foreign in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        assert send_answer(client, "q-one", "b", headers=foreign).status_code == 403


def test_no_answer_reaches_the_page(client: Client, chapter: Chapter, student: User) -> None:
    page = client.get(CHAPTER).content.decode()
    assert "reason for" not in page
    assert "reason_html" not in page


def test_a_new_student_has_everything_before_them(client: Client, chapter: Chapter, student: User) -> None:
    page = open_page(client)
    assert page["state"] == {"read": [], "place": None, "answered": {}, "finished": False}
    assert page["outline"] == [
        ("introduction", 1, False),
        ("mini-project", 2, False),
        ("quiz", 3, False),
    ]
    assert page["finished_at"] is None
    assert page["projects"] == [
        {
            "key": "predict",
            "title": "First prediction",
            "goal": "loss<1",
            "path": "essentials/chapter-1/predict",
            "last_run": None,
            "checks": [],
            "question": None,
            "mistakes": {},
            "predicted": False,
            "solvable": False,
            "draft": None,
            "draft_url": "/drafts/essentials/chapter-1/predict/",
            "solution_url": None,
        }
    ]


def test_it_remembers_what_a_student_did(client: Client, chapter: Chapter, student: User) -> None:
    send_reading(client, "introduction", "quiz", place="quiz")
    send_answer(client, "q-one", "a")
    send_answer(client, "q-one", "b")
    send_answer(client, "q-two", "c")
    page = open_page(client)
    assert page["state"] == {
        "read": ["introduction", "quiz"],
        "place": "quiz",
        "answered": {"q-one": {"correct": True}, "q-two": {"correct": False}},
        "finished": False,
    }
    assert [read for _, _, read in page["outline"]] == [True, False, True]


def test_it_remembers_what_a_visitor_did(client: Client, chapter: Chapter) -> None:
    send_reading(client, "introduction", place="introduction")
    send_answer(client, "q-one", "b")
    state = open_page(client)["state"]
    assert (state["read"], state["place"]) == (["introduction"], "introduction")
    assert state["answered"] == {"q-one": {"correct": False}}
    assert open_page(Client())["state"]["read"] == []


def test_nobody_sees_what_another_student_did(client: Client, chapter: Chapter, student: User) -> None:
    other = Client()
    grace = build_student("grace@example.org")
    other.force_login(grace)
    send_reading(other, "introduction", place="introduction")
    send_answer(other, "q-one", "a")
    build_run(grace, chapter)
    Finish.objects.create(user=grace, chapter=chapter)
    page = open_page(client)
    assert page["state"] == {"read": [], "place": None, "answered": {}, "finished": False}
    assert page["projects"][0]["last_run"] is None


def test_the_lab_knows_the_question_and_the_names_of_the_checks_and_no_answer(client: Client) -> None:
    stored = build_project() | {"question": QUESTION, "checks": [CHECK], "mistakes": {"nan": "numbers"}}
    build_chapter(build_course(), projects={"predict": stored})
    project = open_page(client)["projects"][0]
    assert project["question"] == {name: value for name, value in QUESTION.items() if name != "answer"}
    assert (project["checks"], project["mistakes"]) == ([CHECK["name"]], {"nan": "numbers"})
    assert "Steep." not in client.get(CHAPTER).content.decode()


@pytest.mark.parametrize("prediction", [{"skipped": True}, {"question": {}, "said": 3}])
def test_the_lab_knows_who_has_been_asked(client: Client, chapter: Chapter, student: User, prediction: object) -> None:
    build_run(student, chapter)
    assert open_page(client)["projects"][0]["predicted"] is False
    build_run(student, chapter, prediction=prediction)
    assert open_page(client)["projects"][0]["predicted"] is True


def test_the_lab_opens_with_what_the_student_typed_last(client: Client, chapter: Chapter, student: User) -> None:
    project = chapter.items.get(key="predict")
    Draft.objects.create(user=build_student("grace@example.org"), project=project, code="hers")
    assert open_page(client)["projects"][0]["draft"] is None
    Draft.objects.create(user=student, project=project, code="x = 1", revision=7)
    assert open_page(client)["projects"][0]["draft"] == {"code": "x = 1", "revision": 7}


def test_the_page_knows_that_there_is_a_solution_and_not_which(client: Client, student: User) -> None:
    build_chapter(build_course(), projects={"predict": build_project() | {"solution": "the_answer = 42"}})
    assert open_page(client)["projects"][0]["solution_url"] == "/solutions/essentials/chapter-1/predict/"
    assert "the_answer" not in client.get(CHAPTER).content.decode()
    client.logout()
    assert "solution_url" not in open_page(client)["projects"][0]


def test_the_lab_shows_the_last_run_of_each_project(client: Client, chapter: Chapter, student: User) -> None:
    build_run(student, chapter)
    last = build_run(student, chapter, state=State.RUNNING, finished_at=None, goal_met=False)
    run = open_page(client)["projects"][0]["last_run"]
    assert (run["id"], run["state"], run["url"]) == (str(last.pk), "running", f"/runs/{last.pk}/")
    assert run["tickets_url"] == f"/runs/{last.pk}/tickets/"
    assert run["stop_url"] == f"/runs/{last.pk}/stops/"
    uuid.UUID(run["id"])


def test_it_leads_on_to_readable_neighbours_only(client: Client) -> None:
    course = build_course()
    for number in (1, 2, 4):
        build_chapter(course, number)
    build_chapter(course, 3, live=False)
    build_chapter(build_course("other"), 3)
    page = open_page(client, "/courses/essentials/chapter-2/")
    assert page["previous"] == ("Chapter 1", "/courses/essentials/chapter-1/")
    assert page["next"] == ("Chapter 4", "/courses/essentials/chapter-4/")
    assert open_page(client)["previous"] is None
    assert open_page(client, "/courses/essentials/chapter-4/")["next"] is None


def test_the_text_links_the_next_chapter_once_that_can_be_read(client: Client, chapter: Chapter) -> None:
    assert "<p>Next: " in open_page(client)["body"]
    build_chapter(chapter.course, 2)
    assert '<a class="next-chapter" href="/courses/essentials/chapter-2/">Chapter 2</a>' in open_page(client)["body"]


@pytest.mark.parametrize("path", ["", "progress/", "finish/"])
def test_an_announced_chapter_cannot_be_opened(client: Client, student: User, path: str) -> None:
    build_chapter(build_course(), 1, live=False)
    assert client.post(f"{CHAPTER}{path}", {}).status_code in {404, 405}
    assert client.get(f"{CHAPTER}{path}").status_code in {404, 405}
    assert client.get(CHAPTER).status_code == 404


def test_a_new_revision_is_shown_at_once(client: Client, chapter: Chapter, student: User) -> None:
    send_reading(client, "introduction", "quiz", place="quiz")
    edit_chapter(chapter, ("introduction", "more"), {"q-new": build_question("a")}, {"again": build_project("Again")})
    page = open_page(client)
    assert [(key, read) for key, _, read in page["outline"]] == [("introduction", True), ("more", False)]
    assert [project["title"] for project in page["projects"]] == ["Again"]
    assert '<form id="q-new">' in page["body"]


def test_reading_writes_nothing(client: Client, chapter: Chapter) -> None:
    for url in ("/", "/courses/essentials/", CHAPTER, f"{CHAPTER}finish/"):
        client.get(url)
        client.head(url)
        client.options(url)
    assert count_rows() == (0, 0, 0, 0, 0)
    assert "session" not in client.cookies


def test_reading_writes_nothing_for_a_student(client: Client, chapter: Chapter, student: User) -> None:
    send_reading(client, *SECTIONS, place="quiz")
    before = count_rows(), list(Session.objects.values_list("session_data", "expire_date"))
    for url in ("/", "/courses/essentials/", CHAPTER, f"{CHAPTER}finish/"):
        client.get(url)
    assert (count_rows(), list(Session.objects.values_list("session_data", "expire_date"))) == before


def count_rows() -> tuple[int, ...]:
    return tuple(model._default_manager.count() for model in (Session, SectionRead, Place, Finish, Attempt))


def test_no_cache_may_keep_a_page(client: Client, chapter: Chapter) -> None:
    for url in ("/", "/courses/essentials/"):
        answer = client.get(url)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("rows", [1, 10])
def test_a_students_page_costs_one_query(
    client: Client, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    course = build_course()
    sections = [f"section-{number}" for number in range(rows)]
    quizzes = {f"q-{number}": build_question("a") for number in range(rows)}
    projects = {f"project-{number}": build_project() for number in range(rows)}
    chapter = build_chapter(course, 1, sections=sections, quizzes=quizzes, projects=projects)
    for number in range(2, rows + 1):
        build_chapter(course, number)
    send_reading(client, *sections, place=sections[-1])
    for number in range(rows):
        send_answer(client, f"q-{number}", "b")
        build_run(student, chapter, f"project-{number}")
    client.get(CHAPTER)
    with django_assert_num_queries(1):  # session, student with roles, chapter with everything the student did
        client.get(CHAPTER)


def test_the_first_reader_of_a_text_pays_for_it(
    client: Client, chapter: Chapter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # chapter, its revision, the order of its items
        client.get(CHAPTER)
    with django_assert_num_queries(1):
        client.get(CHAPTER)
