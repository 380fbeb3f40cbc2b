"""The last seat is fought for by several processes, and processes die in the middle."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from mitfahr.db.base import engine_for, new_id
from mitfahr.db.bookings import Booking, bookings_of_rider
from mitfahr.db.people import Membership
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.services.publish_run import RunStop
from mitfahr.services.register_person import register_caller
from tests.mitfahr.rides.portal import NOW, Portal, clock
from tests.mitfahr.rides.racers import N_RACERS, Attempt, Guards, Racers, Victim, outcome

BOOKING_ID = re.compile("[0-9a-f]{32}")


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    racers = Racers()
    yield racers
    racers.close()


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def portal(url: str) -> Iterator[Portal]:
    engine = engine_for(url)
    yield Portal(engine)
    engine.dispose()


def fights(portal: Portal, tokens: list[str]) -> list[list[Attempt]]:
    """Every racer, a person of their own, wants every one of these journeys."""
    riders = [portal.person(f"Racer{number}") for number in range(N_RACERS)]
    return [[Attempt(rider, token, new_id()) for token in tokens] for rider in riders]


def runs_with_one_seat(portal: Portal, n: int) -> list[str]:
    return [portal.run(seats=1) for _ in range(n)]


def winners(outcomes: list[list[str]]) -> list[int]:
    """How many racers got each of the journeys."""
    return [
        sum(BOOKING_ID.fullmatch(answer) is not None for answer in answers)
        for answers in zip(*outcomes, strict=True)
    ]


def booked(outcomes: list[list[str]]) -> set[str]:
    return {answer for answers in outcomes for answer in answers if BOOKING_ID.fullmatch(answer)}


def test_the_last_seat_is_sold_once_whoever_comes_at_the_same_moment(
    portal: Portal, url: str, racers: Racers
) -> None:
    runs = runs_with_one_seat(portal, 4)
    rides = [portal.offer(portal.person("Anna"), seats=1) for _ in range(4)]
    tokens = [portal.token(portal.run_leg(run_id, "B", "D")) for run_id in runs]
    tokens += [portal.token(portal.ride_leg(ride_id, "B", "D")) for ride_id in rides]
    outcomes = racers.race(url, fights(portal, tokens))
    assert winners(outcomes) == [1] * 8
    assert {answer for answers in outcomes for answer in answers} - booked(outcomes) == {"SEAT TAKEN"}
    assert [portal.taken(run_id) for run_id in runs] == [[0, 1, 1, 0]] * 4
    assert [portal.taken(ride_id) for ride_id in rides] == [[0, 1, 0]] * 4
    assert portal.contradictions() == []


def test_a_caller_and_somebody_online_have_the_same_chance_of_the_last_seat(
    portal: Portal, url: str, racers: Racers
) -> None:
    """The telephone of the association and the dispatcher book for callers, the others for themselves."""
    association = portal.organisation()
    runs = [portal.run(seats=1, organisation_id=association) for _ in range(4)]
    actors = [portal.person("Doris", Role.DISPATCHER), portal.person("Tina"), None, None]
    with portal.sessions.begin() as session:
        telephone = Membership(
            person_id=actors[1], organisation_id=association, role=MembershipRole.TELEPHONE
        )
        session.add(telephone)
        by_phone = [
            register_caller(session, first_name=name, last_name="Alt", phone=None, now=NOW).id
            for name in ("Gerda", "Otto")
        ]
    callers = [*by_phone, portal.person("Rita"), portal.person("Rolf")]
    tokens = [portal.token(portal.run_leg(run_id, "B", "D")) for run_id in runs]
    outcomes = racers.race(
        url,
        [
            [Attempt(caller, token, new_id(), actor) for token in tokens]
            for caller, actor in zip(callers, actors, strict=True)
        ],
    )
    assert winners(outcomes) == [1] * 4, outcomes
    assert {answer for answers in outcomes for answer in answers} - booked(outcomes) == {"SEAT TAKEN"}
    assert [portal.taken(run_id) for run_id in runs] == [[0, 1, 1, 0]] * 4
    assert portal.contradictions() == []


def test_three_seats_are_sold_three_times(portal: Portal, url: str, racers: Racers) -> None:
    ride_id = portal.offer(portal.person("Anna"), seats=N_RACERS - 1)
    token = portal.token(portal.ride_leg(ride_id, "B", "D"))
    assert winners(racers.race(url, fights(portal, [token]))) == [N_RACERS - 1]
    assert portal.taken(ride_id) == [0, N_RACERS - 1, 0]
    assert portal.contradictions() == []


def test_the_net_below_the_lock_holds_alone(postgres_url: str, racers: Racers) -> None:
    """Without the lock everybody believes in the seat; the conditional UPDATE still gives it once."""
    portal = Portal(engine_for(postgres_url))
    runs = runs_with_one_seat(portal, 6)
    tokens = [portal.token(portal.run_leg(run_id, "B", "D")) for run_id in runs]
    outcomes = racers.race(postgres_url, fights(portal, tokens), Guards.WITHOUT_LOCK)
    assert winners(outcomes) == [1] * 6
    assert [portal.taken(run_id) for run_id in runs] == [[0, 1, 1, 0]] * 6
    portal.engine.dispose()


def test_without_any_guard_seats_are_sold_twice(postgres_url: str, racers: Racers) -> None:
    """The race is real: otherwise the tests above would prove nothing."""
    portal = Portal(engine_for(postgres_url))
    with portal.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE ride_hop DROP CONSTRAINT ck_ride_hop_seats"))
    runs = runs_with_one_seat(portal, 6)
    tokens = [portal.token(portal.run_leg(run_id, "B", "D")) for run_id in runs]
    outcomes = racers.race(postgres_url, fights(portal, tokens), Guards.NONE)
    assert max(winners(outcomes)) > 1
    assert max(max(portal.taken(run_id)) for run_id in runs) > 1
    portal.engine.dispose()


def test_the_constraint_refuses_what_no_other_guard_has_stopped(postgres_url: str, racers: Racers) -> None:
    portal = Portal(engine_for(postgres_url))
    runs = runs_with_one_seat(portal, 6)
    tokens = [portal.token(portal.run_leg(run_id, "B", "D")) for run_id in runs]
    outcomes = racers.race(postgres_url, fights(portal, tokens), Guards.NONE)
    assert winners(outcomes) == [1] * 6
    portal.engine.dispose()


def test_sqlite_without_its_guard_fails_in_the_middle(sqlite_url: str, racers: Racers) -> None:
    """A plain BEGIN finds out too late that somebody else was writing; ours queues at the beginning."""
    portal = Portal(engine_for(sqlite_url))
    runs = runs_with_one_seat(portal, 8)
    tokens = [portal.token(portal.run_leg(run_id, "B", "D")) for run_id in runs]
    outcomes = racers.race(sqlite_url, fights(portal, tokens), Guards.NONE)
    assert "LOCKED" in {answer for answers in outcomes for answer in answers}
    portal.engine.dispose()


def test_chains_over_the_same_rides_in_opposite_order_do_not_block_each_other(
    portal: Portal, url: str, racers: Racers
) -> None:
    def stop(name: str, at: str) -> RunStop:
        return RunStop(name, clock(at), clock(at))

    one = portal.run(stops=(stop("A", "07:00"), stop("B", "07:10"), stop("C", "08:00"), stop("D", "08:10")))
    two = portal.run(stops=(stop("B", "07:20"), stop("C", "07:30")))
    one_two = portal.token(portal.run_leg(one, "A", "B"), portal.run_leg(two, "B", "C"))
    two_one = portal.token(portal.run_leg(two, "B", "C"), portal.run_leg(one, "C", "D"))
    riders = [portal.person(f"Racer{number}") for number in range(N_RACERS)]
    attempts = [
        [Attempt(rider, token, new_id()) for token in ([one_two, two_one] if i % 2 else [two_one, one_two])]
        for i, rider in enumerate(riders)
    ]
    outcomes = racers.race(url, attempts)
    assert winners(outcomes) == [N_RACERS] * 2, outcomes
    assert portal.taken(one) == [N_RACERS, 0, N_RACERS]
    assert portal.taken(two) == [2 * N_RACERS]
    assert portal.contradictions() == []


def test_the_same_form_sent_by_many_at_once_books_once(portal: Portal, url: str, racers: Racers) -> None:
    rider, run_id = portal.person("Rita"), portal.run()
    attempt = Attempt(rider, portal.token(portal.run_leg(run_id, "A", "B")), new_id())
    outcomes = racers.race(url, [[attempt]] * N_RACERS)
    assert len({answer for answers in outcomes for answer in answers}) == 1
    assert portal.taken(run_id) == [1, 0, 0, 0]


def test_killed_in_the_middle_leaves_nothing_and_can_be_sent_again(portal: Portal, url: str) -> None:
    run_id, ride_id = portal.run(at="07:00", seats=1), portal.offer(portal.person("Anna"), "C", "E", seats=1)
    chain = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
    attempt = Attempt(portal.person("Rita"), chain, new_id())
    victim = Victim(url, [attempt], stops_inside=True)
    assert [victim.report(), victim.report()] == ["ready", "inside"]
    victim.kill()
    assert portal.taken(run_id) == [0] * 4
    assert portal.taken(ride_id) == [0]
    booking_id = outcome(portal, attempt)  # waits for the database to notice the death, no longer
    assert [leg.seq for leg in portal.booking(booking_id).legs] == [0, 1]
    assert portal.taken(run_id) == [1, 1, 0, 0]
    assert portal.contradictions() == []


def test_killed_anywhere_every_form_is_answered_once(portal: Portal, url: str) -> None:
    """Killed between, before or after commits: sent again, every form finds its answer or is done now."""
    run_id, rider = portal.run(seats=8), portal.person("Rita")
    token = portal.token(portal.run_leg(run_id, "A", "B"))
    attempts = [Attempt(rider, token, new_id()) for _ in range(8)]
    victim = Victim(url, attempts, stops_inside=False)
    assert victim.report() == "ready"
    told = [victim.report(), victim.report()]
    time.sleep(0.02)
    victim.kill()
    answers = [outcome(portal, attempt) for attempt in attempts]
    assert answers[:2] == told, "whoever was answered gets the same answer again"
    with portal.readers() as session:
        booked = {booking.id for booking in bookings_of_rider(session, rider, 0)}
        assert session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 8
    assert booked == set(answers)
    assert portal.taken(run_id) == [8, 0, 0, 0]
    assert portal.contradictions() == []
