from django.urls import path

from media import views
from media.views import door, webhooks

app_name = "media"
urlpatterns = [
    path("libraries/", views.libraries, name="libraries"),
    path("libraries/sync/<int:pk>/", views.sync, name="sync"),
    path("libraries/<int:pk>/viewers/", views.defaults, name="defaults"),
    path("media/", views.items, name="items"),
    path("media/assign/", views.assign_many, name="assign_many"),
    path("media/restore/", views.restore, name="restore"),
    path("media/<int:pk>/", views.item, name="item"),
    path("media/<int:pk>/assign/", views.assign, name="assign"),
    path("media/<int:pk>/unassign/", views.unassign, name="unassign"),
    path("media/<int:pk>/everyone/", views.everyone, name="everyone"),
    path("media/<int:pk>/quorum/", views.quorum, name="quorum"),
    path("media/<int:pk>/watched/", views.declare, name="declare"),
    path("media/<int:pk>/earlier/", views.accept_earlier, name="accept_earlier"),
    path("media/questions/", views.answer_all, name="answer_all"),
    path("media/questions/<int:pk>/", views.answer, name="answer"),
    path("media/<int:pk>/poster/", views.poster, name="poster"),
    path("webhooks/", door.show, name="webhooks"),
    path("webhooks/save/", door.save, name="webhooks_save"),
    path("webhooks/rotate/", door.rotate, name="webhooks_rotate"),
    path("webhooks/test/", door.test, name="webhooks_test"),
    path("webhooks/plex/<str:secret>/", webhooks.receive, name="webhook"),
]
