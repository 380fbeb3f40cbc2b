"""How gunicorn serves the portal; everything here can be overridden on its command line."""

import gc
import os
import tempfile

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, os.cpu_count() or 1))
threads = 4
preload_app = True
"""The kernels are loaded and the timetable is opened once, before the first visitor; all workers share it."""
timeout = 60
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(b)s bytes %(M)s ms"
"""Neither who asked (no address, no browser) nor what was asked (no query string)."""
control_socket = tempfile.mkdtemp(prefix="mitfahr-") + "/control"


def when_ready(_server: object) -> None:
    """What is there now stays: a collector that walked over it in every worker would copy it into each."""
    gc.freeze()
