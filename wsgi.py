"""The application for a WSGI server: `gunicorn wsgi:app`. The settings come from the environment."""

from app import create_app
from app.log import configure
from app.settings import Settings

settings = Settings.load()
configure(settings)
app = create_app(settings)
