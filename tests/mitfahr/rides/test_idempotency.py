"""A form that arrives twice is answered once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.session import sessions
from mitfahr.domain.errors import IdempotencyConflict
from tests.mitfahr.rides.rows import NOW, person

BODY = {"seats": 2}


def somebody(opening: sessionmaker[Session]) -> str:
    with opening.begin() as session:
        return person(session).id


def test_the_first_answer_is_given_again(database: Engine) -> None:
    opening = sessions(database)
    actor_id = somebody(opening)
    with opening.begin() as session:
        assert claim(session, actor_id, "k", BODY, NOW) is None
        keep_answer(session, actor_id, "k", {"id": "7"})
    with opening.begin() as session:
        assert claim(session, actor_id, "k", {"seats": 2}, NOW) == {"id": "7"}


def test_another_body_under_the_same_key_is_refused(database: Engine) -> None:
    opening = sessions(database)
    actor_id = somebody(opening)
    with opening.begin() as session:
        claim(session, actor_id, "k", BODY, NOW)
        keep_answer(session, actor_id, "k", {"id": "7"})
    with pytest.raises(IdempotencyConflict), opening.begin() as session:
        claim(session, actor_id, "k", {"seats": 3}, NOW)


def test_a_key_belongs_to_whoever_sent_it(database: Engine) -> None:
    opening = sessions(database)
    actor_id, other_id = somebody(opening), somebody(opening)
    with opening.begin() as session:
        claim(session, actor_id, "k", BODY, NOW)
        keep_answer(session, actor_id, "k", {"id": "7"})
    with opening.begin() as session:
        assert claim(session, other_id, "k", BODY, NOW) is None


def test_what_was_rolled_back_may_be_tried_again(database: Engine) -> None:
    opening = sessions(database)
    actor_id = somebody(opening)
    with pytest.raises(ZeroDivisionError), opening.begin() as session:
        claim(session, actor_id, "k", BODY, NOW)
        raise ZeroDivisionError
    with opening.begin() as session:
        assert claim(session, actor_id, "k", BODY, NOW) is None


def test_of_many_at_once_one_acts_and_all_get_its_answer(database: Engine) -> None:
    opening = sessions(database)
    actor_id = somebody(opening)
    together = threading.Barrier(4)
    acted: list[int] = []

    def send(number: int) -> str:
        together.wait()
        with opening.begin() as session:
            known = claim(session, actor_id, "k", BODY, NOW)
            if known is not None:
                return str(known["id"])
            acted.append(number)
            keep_answer(session, actor_id, "k", {"id": str(number)})
            return str(number)

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(4)))
    assert len(acted) == 1
    assert answers == {str(acted[0])}
