import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from plaxe.base_path import under

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plaxe.settings")

application = under(settings.BASE_PATH, get_wsgi_application())
