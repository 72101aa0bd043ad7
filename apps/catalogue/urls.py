"""Addresses of what stands around the chapters."""

app_name = "catalogue"
urlpatterns: list[object] = []
