"""How gunicorn serves the portal; everything here can be overridden on its command line."""

import os
import tempfile

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(b)s bytes %(M)s ms"
"""Neither who asked (no address, no browser) nor what was asked (no query string)."""
control_socket = tempfile.mkdtemp(prefix="mitfahr-") + "/control"
