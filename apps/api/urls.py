"""Addresses of the API, below /api/v1/."""

from django.urls import include, path

from apps.api import views

api_urls, _, _ = views.api.urls
app_name = "api"
urlpatterns = [
    path("docs", views.show_docs, name="docs"),
    path("openapi.json", views.show_openapi, name="openapi"),
    path("", include(api_urls)),
]
