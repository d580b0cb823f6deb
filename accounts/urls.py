from django.urls import path

from accounts.views import avatars, local, servers, signing_in, viewers

app_name = "accounts"

urlpatterns = [
    path("login/", signing_in.login, name="login"),
    path("login/wait/", signing_in.wait, name="wait"),
    path("login/check/", signing_in.check, name="check"),
    path("login/return/", signing_in.come_back, name="return"),
    path("login/finish/", signing_in.finish, name="finish"),
    path("login/local/", local.local, name="local"),
    path("logout/", signing_in.logout, name="logout"),
    path("setup/<str:code>/", signing_in.setup, name="setup"),
    path("servers/", servers.choose, name="servers"),
    path("users/", viewers.all_viewers, name="users"),
    path("users/<int:pk>/", viewers.one_viewer, name="user"),
    path("users/<int:pk>/avatar/", avatars.avatar, name="avatar"),
    path("users/<int:pk>/pin/", viewers.pin, name="pin"),
]
