"""Addresses of editing."""

from django.urls import URLPattern, URLResolver, path

from .views import courses, figures, help, history, merging, reviews, schedules, writing

app_name = "courses"
COURSE = "courses/<slug:course>/"
CHAPTER = "<slug:course>/<slug:chapter>/"
REVIEW = "reviews/<int:number>/"

# “courses”, “help” and “reviews” are no names for a course: see course_file.RESERVED.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", writing.index, name="index"),
    path("help/", help.show, name="help"),
    path("courses/", courses.new, name="course_new"),
    path(COURSE, courses.course, name="course"),
    path(f"{COURSE}settings/", courses.settings, name="course_settings"),
    path(f"{COURSE}parts/", courses.parts, name="parts"),
    path(f"{COURSE}path/", courses.path, name="path"),
    path(f"{COURSE}chapters/", courses.chapters, name="chapters"),
    path(f"{COURSE}chapters/<slug:chapter>/renaming/", courses.renaming, name="chapter_renaming"),
    path(f"{COURSE}chapters/<slug:chapter>/withdrawal/", courses.withdrawal, name="chapter_withdrawal"),
    path(REVIEW, reviews.review, name="review"),
    path(f"{REVIEW}comments/", reviews.comments, name="comments"),
    path(f"{REVIEW}approval/", reviews.approval, name="approval"),
    path(f"{REVIEW}returning/", reviews.returning, name="returning"),
    path(f"{REVIEW}withdrawal/", reviews.withdrawal, name="review_withdrawal"),
    path(CHAPTER, writing.edit, name="edit"),
    path(f"{CHAPTER}preview/", writing.preview, name="preview"),
    path(f"{CHAPTER}problems.json", writing.problems, name="problems"),
    path(f"{CHAPTER}draft/", writing.draft, name="draft"),
    path(f"{CHAPTER}draft/discarding/", writing.discarding, name="discarding"),
    path(f"{CHAPTER}presence/", writing.presence, name="presence"),
    path(f"{CHAPTER}merge/", merging.merge, name="merge"),
    path(f"{CHAPTER}files/", figures.files, name="files"),
    path(f"{CHAPTER}files/uploads/", figures.uploads, name="uploads"),
    path(f"{CHAPTER}files/renaming/", figures.renaming, name="renaming"),
    path(f"{CHAPTER}files/removal/", figures.removal, name="removal"),
    path(f"{CHAPTER}schedule/", schedules.scheduling, name="scheduling"),
    path(f"{CHAPTER}schedule/time/", schedules.rescheduling, name="rescheduling"),
    path(f"{CHAPTER}schedule/cancelling/", schedules.cancelling, name="cancelling"),
    path(f"{CHAPTER}review/", reviews.handing_in, name="handing_in"),
    path(f"{CHAPTER}revisions/", history.history, name="history"),
    path(f"{CHAPTER}revisions/comparison/", history.comparison, name="comparison"),
    path(f"{CHAPTER}revisions/<int:number>/", history.revision, name="revision"),
]
