from django.urls import path

from deletions import views
from deletions.views import calendar, doctor, first_run, giving_up, now, protecting, servers, trash

app_name = "deletions"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("first-steps/", first_run.first_steps, name="first_steps"),
    path("deletions/", views.queue, name="queue"),
    path("deletions/<int:pk>/keep/", views.keep, name="keep"),
    path("deletions/<int:pk>/now/", views.hasten, name="hasten"),
    path("deletions/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("deletions/<int:pk>/approve/", views.approve, name="approve"),
    path("deletions/<int:pk>/retry/", views.retry, name="retry"),
    path("deletions/<int:pk>/give-up/", giving_up.give_up, name="give-up"),
    path("deletions/calendar/", calendar.month, name="calendar"),
    path("deletions/calendar/rotate/", calendar.rotate, name="rotate-calendar"),
    path("calendar/<str:secret>.ics", calendar.subscribed, name="feed"),
    path("brake/", views.brake, name="brake"),
    path("brake/<int:pk>/<slug:hold>/", views.approve_stopped, name="approve-stopped"),
    path("simulation/", views.simulation, name="simulation"),
    path("activity/", views.activity, name="activity"),
    path("activity/audit.csv", views.download, {"kind": "csv"}, name="audit-csv"),
    path("activity/audit.json", views.download, {"kind": "json"}, name="audit-json"),
    path("now/", now.playing, name="now"),
    path("now/<int:pk>/end/", now.end, name="end-playback"),
    path("now/<int:pk>/transcode/", now.cancel_transcode, name="cancel-transcode"),
    path("media/protect/", protecting.protect_many, name="protect_many"),
    path("media/<int:pk>/protect/", protecting.protect_item, name="protect_item"),
    path("media/<int:pk>/keep/", protecting.keep_item, name="keep_item"),
    path("libraries/<int:pk>/protect/", protecting.protect_section, name="protect_section"),
    path("libraries/<int:pk>/keep/", protecting.keep_section, name="keep_section"),
    path("users/<int:pk>/protect/", protecting.protect_viewer, name="protect_viewer"),
    path("servers/<int:pk>/", servers.server, name="server"),
    path("servers/<int:pk>/remove/", servers.disconnect, name="disconnect"),
    path("doctor/", doctor.doctor, name="doctor"),
    path("trash/", trash.trash, name="trash"),
    path("trash/<int:pk>/put-back/", trash.put_back, name="put-back"),
    path("trash/<int:pk>/purge/", trash.purge, name="purge"),
    path("settings/", views.settings, name="settings"),
    path("settings/space/", views.space, name="space"),
    path("settings/space/<int:pk>/", views.change_space, name="change-space"),
]
