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
    path("<uuid:run_id>/pauses/", views.pause, name="pause"),
    path("<uuid:run_id>/resumes/", views.resume, name="resume"),
    path("<uuid:run_id>/steps/", views.step, name="step"),
    path("<uuid:run_id>/inspections/", views.inspect, name="inspect"),
]
