"""Addresses of what stands around the chapters."""

from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [
    path("courses/<slug:course>/glossary/", views.glossary, name="glossary"),
    path("courses/<slug:course>/glossary.json", views.terms, name="terms"),
    path("courses/<slug:course>/feed.xml", views.feed, name="course-feed"),
    path("courses/<slug:course>/card.png", views.course_card, name="course-card"),
    path("courses/<slug:course>/<slug:chapter>/card.png", views.chapter_card, name="chapter-card"),
    path("feed.xml", views.feed, name="feed"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
