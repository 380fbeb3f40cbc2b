"""Upload a feed, switch to a version, go back."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField


class SwitchForm(FlaskForm):  # type: ignore[misc]
    """`seen_revision` is what served when the page was shown."""

    seen_revision = IntegerField()
