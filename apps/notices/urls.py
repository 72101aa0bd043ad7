"""Addresses of notices, below /notices/."""

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.index, name="list"),
    path("readings/", views.read_all, name="read-all"),
    path("<int:notice_id>/readings/", views.read, name="read"),
    path("<int:notice_id>/openings/", views.open_one, name="open"),
    path("zone/", views.zone, name="zone"),
    path("wishes/", views.wishes, name="wishes"),
    path("links/<str:token>/", views.linked_wishes, name="linked-wishes"),
    path("links/<str:token>/stops/", views.stop, name="stop"),
]
