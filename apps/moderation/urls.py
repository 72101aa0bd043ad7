"""Addresses of moderators, and those at which everybody reads what they decided."""

from django.urls import path

from .views import people, posts, queue, records

app_name = "moderation"
urlpatterns = [
    path("moderation/", queue.queue, name="queue"),
    path("moderation/clearing/", queue.clearing, name="clearing"),
    path("moderation/items/<int:item_id>/", queue.item, name="item"),
    path("moderation/items/<int:item_id>/claim/", queue.claiming, name="claim"),
    path("moderation/items/<int:item_id>/decision/", queue.decision, name="decision"),
    path("moderation/posts/<int:post_id>/", posts.post, name="post"),
    path("moderation/posts/<int:post_id>/flag/", posts.flagging, name="flag"),
    path("moderation/posts/<int:post_id>/flag/withdrawal/", posts.unflagging, name="unflag"),
    path("moderation/posts/<int:post_id>/<slug:way>/", posts.post_change, name="post_change"),
    path("moderation/threads/<int:thread_id>/", posts.thread, name="thread"),
    path("moderation/threads/<int:thread_id>/<slug:way>/", posts.thread_change, name="thread_change"),
    path("moderation/people/<int:person_id>/", people.person, name="person"),
    path("moderation/people/<int:person_id>/charges/", people.charges, name="charges"),
    path("moderation/people/<int:person_id>/sanctions/", people.sanctions, name="sanctions"),
    path("moderation/sanctions/<int:sanction_id>/lifting/", people.lifting, name="lifting"),
    path("moderation/log/", records.log, name="log"),
    path("moderation/filters/", records.filters, name="filters"),
    path("moderation/filters/<int:filter_id>/removal/", records.filter_removal, name="filter_removal"),
    path("moderation/replies/", records.replies, name="replies"),
    path("moderation/replies/<int:reply_id>/", records.reply, name="reply"),
    path("moderation/replies/<int:reply_id>/removal/", records.reply_removal, name="reply_removal"),
    path("conduct/", people.decisions, name="decisions"),
    path("conduct/log/", records.public_log, name="public_log"),
    path("conduct/<int:act_id>/", people.act, name="act"),
]
