"""What strangers may know of people before they share a car."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from mitfahr.db.address_marks import marks_of
from mitfahr.db.ratings import standings
from mitfahr.domain.codes import Address
from mitfahr.domain.trust import Standing, Trust


def trust_of(session: Session, person_ids: Collection[str], now_s: int) -> dict[str, Trust]:
    """One entry for each of these ids."""
    if not person_ids:
        return {}
    marks, stand = marks_of(session, person_ids), standings(session, person_ids, now_s)
    confirmed = {key for key, mark in marks.items() if mark.holds}
    return {
        person_id: Trust(
            (person_id, Address.MAIL) in confirmed,
            (person_id, Address.PHONE) in confirmed,
            stand.get(person_id, Standing()),
        )
        for person_id in person_ids
    }
