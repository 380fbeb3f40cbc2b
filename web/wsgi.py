"""What gunicorn loads: `gunicorn --config web/gunicorn.conf.py web.wsgi:app`."""

from __future__ import annotations

from mitfahr.settings import Settings
from web import assets
from web.app import create_app
from web.warm_up import warm_up

settings = Settings.from_env()
assets.pack(settings.data_dir)
app = create_app(settings)
warm_up(app)
