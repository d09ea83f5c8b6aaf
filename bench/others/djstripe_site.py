"""A Django site with dj-stripe's webhook endpoint and nothing else; runs in a virtual environment without ours.

`python djstripe_site.py` makes the tables and the endpoint; `gunicorn djstripe_site:application` serves it. An event is
verified and stored, its work put off by dj-stripe's own setting for that: what our own door does.
"""

import os

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from psycopg2.extensions import parse_dsn

PLACE = parse_dsn(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    USE_TZ=True,
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "djstripe"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": PLACE.pop("dbname"),
            "OPTIONS": PLACE,
            "CONN_MAX_AGE": None,  # each thread keeps its connection, as ours do
        }
    },
    STRIPE_TEST_SECRET_KEY="sk_test_bench",
    STRIPE_LIVE_MODE=False,
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    DJSTRIPE_WEBHOOK_EVENT_CALLBACK=lambda _trigger, **_more: None,
)
application = get_wsgi_application()
urlpatterns = [path("stripe/", include("djstripe.urls", namespace="djstripe"))]


def main() -> None:
    from djstripe.models import WebhookEndpoint  # needs the settings

    call_command("migrate", verbosity=0)
    WebhookEndpoint.objects.create(
        id="we_bench",
        djstripe_uuid=os.environ["ENDPOINT"],
        djstripe_validation_method="verify_signature",
        secret=os.environ["ENDPOINT_SECRET"],
        livemode=False,
        enabled_events=["*"],
        status="enabled",
        url="https://example.com/",
    )


if __name__ == "__main__":
    main()
