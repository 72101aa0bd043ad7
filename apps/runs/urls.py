"""Addresses of runs."""

from django.urls import path

from apps.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.index, name="list"),
    path("", views.index, name="start"),
    path("<uuid:run_id>/", views.show, name="run"),
    path("<uuid:run_id>/tickets/", views.make_run_ticket, name="ticket"),
    path("<uuid:run_id>/stops/", views.stop, name="stop"),
]
