"""Addresses of quizzes."""

from django.urls import path

from . import views

app_name = "quizzes"
urlpatterns = [
    path("courses/<slug:course>/<slug:chapter>/quiz/<slug:key>/", views.question, name="question"),
]
