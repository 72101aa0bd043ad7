"""Addresses of notes and bookmarks."""

from django.urls import path

from . import views

app_name = "notes"
urlpatterns = [
    path("notes/", views.index, name="index"),
    path("notes/export.md", views.export, name="export"),
    path("notes/<int:note_id>/", views.note, name="note"),
    path("notes/<int:note_id>/removal/", views.removal, name="removal"),
    path("notes/<int:note_id>/undoing/", views.undoing, name="undoing"),
    path("courses/<slug:course>/<slug:chapter>/notes/", views.chapter, name="chapter"),
    path("courses/<slug:course>/<slug:chapter>/notes.json", views.kept, name="kept"),
    path("courses/<slug:course>/<slug:chapter>/bookmarks/", views.bookmark, name="bookmark"),
]
