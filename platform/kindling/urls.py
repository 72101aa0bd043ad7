"""Every address of the site; each app says what lies below its own."""

from django.contrib import admin
from django.urls import include, path

from kindling.health import health

urlpatterns = [
    path("", include("apps.catalogue.urls")),
    path("", include("apps.progress.urls")),
    path("", include("apps.notes.urls")),
    path("notices/", include("apps.notices.urls")),
    path("", include("apps.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("apps.discussions.urls")),
    path("", include("apps.moderation.urls")),
    path("", include("apps.quizzes.urls")),
    path("", include("apps.runs.urls")),
    path("editing/", include("apps.verification.urls")),
    path("editing/", include("apps.courses.urls")),
    path("search/", include("apps.search.urls")),
    path("api/v1/", include("apps.api.urls")),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
]

handler400 = "kindling.error_pages.answer_bad_request"
handler500 = "kindling.error_pages.answer_failure"
