"""What strangers may know, and matched people until when."""

from __future__ import annotations

import pytest

from mitfahr.domain.privacy import LegPlace, contact_visible, person_seen, place_seen
from mitfahr.domain.states import LegState

DAY = 24 * 3600
DOOR = LegPlace("Am Anger 3, Lommatzsch", "in der Nähe von Lommatzsch Markt", 51.19, 13.31)


@pytest.mark.parametrize("state", list(LegState))
def test_only_matched_people_see_each_other_and_for_a_day_after(state: LegState) -> None:
    matched = state in (LegState.CONFIRMED, LegState.COMPLETED, LegState.NO_SHOW)
    assert contact_visible(state, arrival_s=1000, now_s=0) is matched
    assert contact_visible(state, arrival_s=1000, now_s=999 + DAY) is matched
    assert contact_visible(state, arrival_s=1000, now_s=1000 + DAY) is False


def test_a_stranger_learns_the_area_and_the_first_name() -> None:
    place = place_seen(DOOR, visible=False)
    assert (place.name, place.lat, place.lon) == ("in der Nähe von Lommatzsch Markt", None, None)
    person = person_seen("Anna", "Schmidt", "0170 123", visible=False)
    assert (person.first_name, person.last_name, person.phone) == ("Anna", None, None)


def test_matched_people_learn_what_they_need() -> None:
    place = place_seen(DOOR, visible=True)
    assert (place.name, place.lat, place.lon) == (DOOR.name, DOOR.lat, DOOR.lon)
    person = person_seen("Anna", "Schmidt", "0170 123", visible=True)
    assert (person.last_name, person.phone) == ("Schmidt", "0170 123")
