"""Addresses of progress."""

from django.urls import path

from . import views

app_name = "progress"
urlpatterns = [
    path("", views.home, name="home"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/<slug:chapter>/", views.chapter, name="chapter"),
    path("courses/<slug:course>/<slug:chapter>/progress/", views.record, name="record"),
    path("courses/<slug:course>/<slug:chapter>/finish/", views.finish, name="finish"),
]
