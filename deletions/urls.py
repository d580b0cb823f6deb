from django.urls import path

from deletions import views

app_name = "deletions"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("deletions/", views.queue, name="queue"),
    path("deletions/approve/", views.approve_braked, name="approve-braked"),
    path("deletions/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("deletions/<int:pk>/approve/", views.approve, name="approve"),
    path("deletions/<int:pk>/retry/", views.retry, name="retry"),
    path("history/<int:pk>/accept/", views.accept_history, name="accept_history"),
    path("settings/", views.settings, name="settings"),
]
