"""Addresses of discussions."""

from django.urls import path

from .views import feeds, follows, places, posts, talk

app_name = "discussions"
urlpatterns = [
    path("courses/<slug:course>/<slug:chapter>/discussion/", places.chapter, name="chapter"),
    path("courses/<slug:course>/<slug:chapter>/discussion/places.json", places.count_places, name="places"),
    path("discussions/", follows.mine, name="mine"),
    path("discussions/questions/", places.ask, name="ask"),
    path("discussions/follows/", follows.follows, name="follows"),
    path("discussions/people/<int:person_id>/", follows.person, name="person"),
    path("discussions/courses/<slug:course>/", places.course, name="course"),
    path("discussions/courses/<slug:course>/feed.xml", feeds.course, name="course-feed"),
    path("discussions/preview/", talk.preview, name="preview"),
    path("discussions/<int:thread_id>/", talk.thread, name="thread"),
    path("discussions/<int:thread_id>/feed.xml", feeds.thread, name="thread-feed"),
    path("discussions/<int:thread_id>/news/", talk.news, name="news"),
    path("discussions/<int:thread_id>/tickets/", talk.hear, name="ticket"),
    path("discussions/<int:thread_id>/people/", talk.people, name="people"),
    path("discussions/<int:thread_id>/reading/", talk.read, name="reading"),
    path("discussions/<int:thread_id>/posts/", posts.reply_to, name="reply"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/", talk.post, name="post"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/reply/", posts.write_reply, name="answer"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/vote/", posts.vote_on, name="vote"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/acceptance/", posts.accept_as_answer, name="acceptance"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/edit/", posts.change, name="edit"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/history/", posts.history, name="history"),
    path("discussions/<int:thread_id>/posts/<int:post_id>/withdrawal/", posts.withdraw_own, name="withdrawal"),
]
