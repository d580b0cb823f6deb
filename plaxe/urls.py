from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("media.urls")),
    path("", include("deletions.urls")),
]

handler400 = "plaxe.error_pages.bad_request"
handler500 = "plaxe.error_pages.server_error"
