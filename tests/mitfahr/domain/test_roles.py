"""Who may do what."""

from __future__ import annotations

import pytest

from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.roles import ALLOWED, Action, Role, may, require


def test_every_role_has_its_row_and_everybody_may_travel() -> None:
    assert set(ALLOWED) == set(Role)
    assert all(may([role], Action.BOOK) for role in Role)


def test_only_those_named_may_do_what_touches_others() -> None:
    who = {action: {role for role in Role if may([role], action)} for action in Action}
    assert who[Action.PUBLISH_RUN] == {Role.VOLUNTEER, Role.DISPATCHER, Role.ADMIN}
    assert who[Action.BOOK_FOR_OTHERS] == {Role.DISPATCHER, Role.ADMIN}
    assert who[Action.SWITCH_TIMETABLE] == {Role.TIMETABLE_STAFF, Role.ADMIN}
    assert who[Action.MANAGE_PEOPLE] == {Role.ADMIN}


def test_a_refusal_names_the_action() -> None:
    require([Role.RESIDENT, Role.DISPATCHER], Action.BOOK_FOR_OTHERS)
    with pytest.raises(NotAllowed) as refused:
        require([Role.RESIDENT], Action.BOOK_FOR_OTHERS)
    assert refused.value.action == Action.BOOK_FOR_OTHERS
