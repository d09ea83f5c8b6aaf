"""A Django site with dj-stripe's webhook endpoint and nothing else; runs in a virtual environment without ours.

`python djstripe_site.py` makes the tables and the endpoint; `gunicorn djstripe_site:application` serves it. The event is
stored and verified, its work put off: what our own door does.
"""

import os
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

DATABASE = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "djstripe"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE.path.lstrip("/"),
            "HOST": DATABASE.hostname,
            "PORT": DATABASE.port or "",
            "USER": DATABASE.username,
            "PASSWORD": DATABASE.password or "",
            "CONN_MAX_AGE": None,
        }
    },
    STRIPE_TEST_SECRET_KEY="sk_test_bench",
    STRIPE_LIVE_MODE=False,
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    DJSTRIPE_WEBHOOK_EVENT_CALLBACK=lambda *_event, **_more: None,
    SILENCED_SYSTEM_CHECKS=["djstripe.C001", "djstripe.W002"],
)
application = get_wsgi_application()
urlpatterns = [path("stripe/", include("djstripe.urls", namespace="djstripe"))]


def main() -> None:
    from djstripe.models import WebhookEndpoint

    call_command("migrate", verbosity=0)
    WebhookEndpoint.objects.get_or_create(
        djstripe_uuid=os.environ["ENDPOINT"],
        defaults={
            "id": "we_bench",
            "livemode": False,
            "secret": os.environ["ENDPOINT_SECRET"],
            "enabled_events": ["*"],
            "status": "enabled",
            "url": "http://127.0.0.1/",
            "api_version": "2024-04-10",
            "djstripe_validation_method": "verify_signature",
        },
    )


if __name__ == "__main__":
    django.setup()
    main()
