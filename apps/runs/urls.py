"""Addresses of runs, and of the status of what carries them."""

from django.urls import path

from apps.runs.views import pages, status, steering, verdicts

app_name = "runs"
urlpatterns = [
    path("runs/", pages.index, name="list"),
    path("runs/", pages.index, name="start"),
    path("runs/<uuid:run_id>/", pages.show, name="run"),
    path("runs/<uuid:run_id>/tickets/", steering.make_run_ticket, name="ticket"),
    path("runs/<uuid:run_id>/stops/", steering.stop, name="stop"),
    path("runs/<uuid:run_id>/pauses/", steering.pause, name="pause"),
    path("runs/<uuid:run_id>/resumes/", steering.resume, name="resume"),
    path("runs/<uuid:run_id>/steps/", steering.step, name="step"),
    path("runs/<uuid:run_id>/verdict/", verdicts.show, name="verdict"),
    path("runs/<uuid:run_id>/inspections/", steering.inspect, name="inspect"),
    path("status/", status.show_status, name="status"),
    path("status.json", status.tell_status, name="status-json"),
]
