"""Addresses of progress."""

from django.urls import path

from . import downloads, views

app_name = "progress"
urlpatterns = [
    path("", views.home, name="home"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/<slug:chapter>/", views.chapter, name="chapter"),
    path("courses/<slug:course>/<slug:chapter>/progress/", views.record, name="record"),
    path("courses/<slug:course>/<slug:chapter>/finish/", views.finish, name="finish"),
    path("courses/<slug:course>.epub", downloads.whole, {"suffix": "epub"}, name="book"),
    path("courses/<slug:course>.zip", downloads.whole, {"suffix": "zip"}, name="site"),
    path("courses/<slug:course>/<slug:chapter>.ipynb", downloads.notebook, name="notebook"),
    path("courses/<slug:course>/<slug:chapter>/drawings/<int:revision>.svg", downloads.drawings, name="drawings"),
    path("pictures/<slug:digest>.<slug:suffix>", downloads.picture, name="picture"),
]
