"""Addresses of discussions."""

from django.urls import path

from . import views

app_name = "discussions"
urlpatterns = [
    path("courses/<slug:course>/<slug:chapter>/discussion/", views.chapter, name="chapter"),
    path("discussions/<int:thread_id>/", views.thread, name="thread"),
    path("discussions/<int:thread_id>/posts/", views.reply_to, name="reply"),
]
