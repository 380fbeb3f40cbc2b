"""Which three of many ways are read out on the telephone."""

from __future__ import annotations

from mitfahr.domain.proposals import Merit, Proposal, Way, three_proposals

FIRST = Way(0, 60, changes=2, walk_s=600)
QUICK = Way(40, 70, changes=1, walk_s=300)
EASY = Way(10, 90, changes=0, walk_s=0)
LATER = Way(70, 130, changes=1, walk_s=900)


def test_each_merit_has_its_way_in_the_order_of_time() -> None:
    assert three_proposals([LATER, EASY, FIRST, QUICK], arrive_by=False) == [
        Proposal(2, (Merit.TIME,)),
        Proposal(3, (Merit.QUICKEST,)),
        Proposal(1, (Merit.EASIEST,)),
    ]


def test_who_wants_to_arrive_by_a_time_stays_at_home_longest() -> None:
    assert three_proposals([FIRST, QUICK, LATER], arrive_by=True) == [
        Proposal(2, (Merit.TIME,)),
        Proposal(1, (Merit.QUICKEST, Merit.EASIEST)),
        Proposal(0, ()),
    ]


def test_few_ways_are_all_there_and_none_is_none() -> None:
    every = (Merit.TIME, Merit.QUICKEST, Merit.EASIEST)
    assert three_proposals([QUICK], arrive_by=False) == [Proposal(0, every)]
    assert three_proposals([], arrive_by=False) == []


def test_what_another_beats_in_everything_does_not_fill_up() -> None:
    beaten = Way(10, 95, changes=1, walk_s=0)
    assert [one.number for one in three_proposals([EASY, beaten], arrive_by=False)] == [0]


def test_one_is_sure_where_any_is() -> None:
    cars = [Way(i, 10 + i, changes=0, walk_s=0, is_sure=False) for i in range(3)]
    chosen = three_proposals([*cars, LATER], arrive_by=False)
    assert [one.number for one in chosen] == [0, 1, 3]
    assert chosen[0].merits == (Merit.TIME, Merit.QUICKEST, Merit.EASIEST)
