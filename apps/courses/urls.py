"""Addresses of editing."""

from django.urls import URLPattern, URLResolver, path

from . import help, views

app_name = "courses"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("help/", help.show, name="help"),
    path("<slug:course>/<slug:chapter>/", views.edit, name="edit"),
    path("<slug:course>/<slug:chapter>/preview/", views.preview, name="preview"),
    path("<slug:course>/<slug:chapter>/draft/", views.draft, name="draft"),
    path("<slug:course>/<slug:chapter>/draft/discarding/", views.discarding, name="discarding"),
    path("<slug:course>/<slug:chapter>/revisions/", views.history, name="history"),
    path("<slug:course>/<slug:chapter>/revisions/<int:number>/", views.revision, name="revision"),
]
