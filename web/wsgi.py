"""What gunicorn loads: `gunicorn --config web/gunicorn.conf.py web.wsgi:app`."""

from __future__ import annotations

from mitfahr.settings import Settings
from web.app import create_app

app = create_app(Settings.from_env())
