"""Addresses of runs, and of the status of what carries them."""

from django.urls import path

from apps.runs.views import keeping, news, pages, plainly, status, steering, taking, verdicts, writing

app_name = "runs"
urlpatterns = [
    path("runs/", pages.index, name="list"),
    path("runs/", pages.index, name="start"),
    path("runs/devices.json", steering.list_devices, name="devices"),
    path("runs/beside.json", taking.beside, name="beside"),
    path("runs/compare/", pages.compare, name="compare"),
    path("runs/<uuid:run_id>/", pages.show, name="run"),
    path("runs/<uuid:run_id>/labels/", keeping.label, name="label"),
    path("runs/<uuid:run_id>/pins/", keeping.pin, name="pin"),
    path("runs/<uuid:run_id>/sharings/", keeping.share, name="share"),
    path("runs/<uuid:run_id>/code.py", taking.script, name="script"),
    path("runs/<uuid:run_id>/notebook.ipynb", taking.notebook, name="notebook"),
    path("runs/<uuid:run_id>/replay.json", taking.replay, name="replay"),
    path("runs/<uuid:run_id>/series.json", taking.series, name="series"),
    path("runs/<uuid:run_id>/curve.svg", taking.curve, name="curve"),
    path("runs/<uuid:run_id>/card.png", taking.card, name="card"),
    path("runs/<uuid:run_id>/tickets/", steering.make_run_ticket, name="ticket"),
    path("runs/<uuid:run_id>/stops/", steering.stop, name="stop"),
    path("runs/<uuid:run_id>/stops/plain/", plainly.stop_plainly, name="stop-plainly"),
    path("runs/<uuid:run_id>/pauses/", steering.pause, name="pause"),
    path("runs/<uuid:run_id>/resumes/", steering.resume, name="resume"),
    path("runs/<uuid:run_id>/steps/", steering.step, name="step"),
    path("runs/<uuid:run_id>/verdict/", verdicts.show, name="verdict"),
    path("runs/<uuid:run_id>/inspections/", steering.inspect, name="inspect"),
    path("news/tickets/", news.make_news_ticket, name="news-ticket"),
    path("drafts/<path:project>/", writing.keep_draft, name="draft"),
    path("solutions/<path:project>/", writing.show_solution, name="solution"),
    path("lab/", pages.lab, name="lab"),
    path("status/", status.show_status, name="status"),
    path("status.json", status.tell_status, name="status-json"),
]
