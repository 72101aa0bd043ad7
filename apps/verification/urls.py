"""Addresses of verification, all below `editing/`."""

from django.urls import path

from . import views

app_name = "verification"
urlpatterns = [
    path("verification/", views.index, name="index"),
    path("<slug:course>/<slug:chapter>/verification/", views.chapter, name="chapter"),
    path("<slug:course>/<slug:chapter>/trying/", views.trying, name="trying"),
]
