"""Addresses of discussions."""

from django.urls import path

from .views import people, threads

app_name = "discussions"
urlpatterns = [
    path("courses/<slug:course>/<slug:chapter>/discussion/", threads.chapter, name="chapter"),
    path("discussions/<int:thread_id>/", threads.thread, name="thread"),
    path("discussions/<int:thread_id>/posts/", threads.reply_to, name="reply"),
    path("people/<int:person_id>/", people.person, name="person"),
]
