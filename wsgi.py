"""The application for a WSGI server: `gunicorn wsgi:app`. The settings come from the environment."""

from app import create_app, error_reports
from app.log import configure
from app.settings import Settings

settings = Settings.load()
configure(settings)
error_reports.start(settings)
app = create_app(settings)
