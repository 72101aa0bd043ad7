"""Addresses of runs, and of the status of what carries them."""

from django.urls import path

from apps.runs import views

app_name = "runs"
urlpatterns = [
    path("runs/", views.index, name="list"),
    path("runs/", views.index, name="start"),
    path("runs/<uuid:run_id>/", views.show, name="run"),
    path("runs/<uuid:run_id>/tickets/", views.make_run_ticket, name="ticket"),
    path("runs/<uuid:run_id>/stops/", views.stop, name="stop"),
    path("runs/<uuid:run_id>/pauses/", views.pause, name="pause"),
    path("runs/<uuid:run_id>/resumes/", views.resume, name="resume"),
    path("runs/<uuid:run_id>/steps/", views.step, name="step"),
    path("runs/<uuid:run_id>/inspections/", views.inspect, name="inspect"),
    path("status/", views.show_status, name="status"),
    path("status.json", views.tell_status, name="status-json"),
]
