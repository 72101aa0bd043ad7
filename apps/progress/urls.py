"""Addresses of progress."""

from django.urls import path, re_path

from . import downloads, views

app_name = "progress"
urlpatterns = [
    path("", views.home, name="home"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/<slug:chapter>/", views.chapter, name="chapter"),
    path("courses/<slug:course>/<slug:chapter>/progress/", views.record, name="record"),
    path("courses/<slug:course>/<slug:chapter>/finish/", views.finish, name="finish"),
    re_path(r"^courses/(?P<course>[-\w]+)\.(?P<suffix>epub|zip)$", downloads.whole, name="whole"),
    path("courses/<slug:course>/<slug:chapter>.ipynb", downloads.notebook, name="notebook"),
    re_path(r"^pictures/(?P<digest>[0-9a-f]{64})\.(?P<suffix>[a-z]{3,4})$", downloads.picture, name="picture"),
]
