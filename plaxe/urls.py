from django.contrib import admin
from django.urls import include, path

from plaxe import appearance, backup

urlpatterns = [
    path("admin/", admin.site.urls),
    path("appearance/theme/", appearance.choose_theme, name="theme"),
    path("appearance/language/", appearance.choose_language, name="language"),
    path("backup/", backup.download, name="backup"),
    path("", include("accounts.urls")),
    path("", include("media.urls")),
    path("", include("deletions.urls")),
]

handler400 = "plaxe.error_pages.bad_request"
handler403 = "plaxe.error_pages.forbidden"
handler404 = "plaxe.error_pages.not_found"
handler500 = "plaxe.error_pages.server_error"
