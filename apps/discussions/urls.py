"""Addresses of discussions."""

from django.urls import path

from .views import feeds, follows, places, threads

app_name = "discussions"
urlpatterns = [
    path("courses/<slug:course>/<slug:chapter>/discussion/", places.chapter, name="chapter"),
    path("courses/<slug:course>/<slug:chapter>/discussion/places.json", places.count_places, name="places"),
    path("discussions/", follows.mine, name="mine"),
    path("discussions/questions/", places.ask, name="ask"),
    path("discussions/follows/", follows.follows, name="follows"),
    path("discussions/people/<int:person_id>/", follows.person, name="person"),
    path("discussions/courses/<slug:course>/", places.course, name="course"),
    path("discussions/courses/<slug:course>/feed.xml", feeds.course, name="course-feed"),
    path("discussions/<int:thread_id>/feed.xml", feeds.thread, name="thread-feed"),
    path("discussions/<int:thread_id>/", threads.thread, name="thread"),
    path("discussions/<int:thread_id>/posts/", threads.reply_to, name="reply"),
]
