"""Addresses of accounts beside django-allauth's own, which `kindling.urls` mounts below /accounts/."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("accounts/profile/", views.profile, name="profile"),
    path("accounts/confirm-email/cancellation/", views.cancel_verification, name="cancel-verification"),
    path("accounts/tokens/", views.list_tokens, name="tokens"),
    path("accounts/tokens/new/", views.issue_token, name="new-token"),
    path("accounts/tokens/<int:token_id>/revocation/", views.revoke_token, name="revoke-token"),
    path("mailbox/", views.read_mailbox, name="mailbox"),
]
