"""Pages that show telephone numbers say so before: whose number was shown to whom is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from flask_login import current_user

from mitfahr.services.note_contact_reads import note_contact_reads
from web.portal import portal


def note_reads(leg_ids: Collection[str], for_rider: bool = False) -> None:
    """Before rendering a page with the other side of these legs on it, or (`for_rider`) the driver's."""
    note_contact_reads(
        portal().writing,
        viewer_id=current_user.id,
        leg_ids=leg_ids,
        now=dt.datetime.now(dt.UTC),
        for_rider=for_rider,
    )
