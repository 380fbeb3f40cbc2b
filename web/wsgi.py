"""What gunicorn loads: `gunicorn --config web/gunicorn.conf.py web.wsgi:app`."""

from __future__ import annotations

from mitfahr.settings import Settings
from web.app import create_app
from web.warm_up import warm_up

app = create_app(Settings.from_env())
warm_up(app)
