"""Who could drive which shift, from what everybody has said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mitfahr.domain.duty import Availability


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A shift that nobody drives, in UTC seconds, and what people have said to it by id."""

    shift_id: str
    begins_s: int
    ends_s: int
    said: Mapping[str, Availability]


def propose(shifts: Sequence[OpenShift], busy: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, str]:
    """Shift → person; shifts that nobody can drive are absent.

    Whoever has said yes goes before who would if need be; of these who has the fewest shifts, `busy` being the spans
    in UTC seconds that people have already. Nobody is in two at the same time. The shifts that suit the fewest are
    given first.
    """
    spans = {person_id: list(taken) for person_id, taken in busy.items()}
    proposed = dict[str, str]()
    for shift in sorted(shifts, key=lambda one: (len(_willing(one)), one.begins_s, one.shift_id)):
        free = [
            (said is not Availability.YES, len(spans.get(person_id, ())), person_id)
            for person_id, said in _willing(shift).items()
            if all(end <= shift.begins_s or shift.ends_s <= begin for begin, end in spans.get(person_id, ()))
        ]
        if free:
            *_order, person_id = min(free)
            proposed[shift.shift_id] = person_id
            spans.setdefault(person_id, []).append((shift.begins_s, shift.ends_s))
    return proposed


def _willing(shift: OpenShift) -> dict[str, Availability]:
    return {one: said for one, said in shift.said.items() if said is not Availability.NO}
