"""What the domain refuses, as one tree; web/errors.py turns it into sentences and status codes.

MitfahrError
├── NotAllowed                  this person may not do this
├── Unknown                     no such ride, booking or leg (or not one this person may see)
├── LinkUnreadable              a link to a journey that is cut off or changed
├── TooMuchFeedback             the operator has got as many messages as an hour may bring
├── StateForbids                the state table has no such move (a second "yes", a late "no")
├── LocalInvalid                an entry of the local layer lacks something or contradicts itself
├── BookingRefused
│   ├── SeatTaken               fewer seats or wheelchair places left than the party needs
│   ├── TooLateToBook           the ride's booking deadline has passed
│   ├── OfferExpired            the shown journey is too old to be booked as shown
│   ├── OfferTampered           the shown journey does not carry our signature
│   ├── TooLateToChange         the journey has begun: nothing can be changed or cancelled any more
│   ├── DriverAsksFirst         more people are a question to the driver, so a booking of their own
│   ├── NobodyTravels           a journey without anybody on it
│   ├── CancelCodeWrong         no booking has this number and this code
│   ├── WayBackTooEarly         the way back would begin before the way there has ended
│   ├── NoLongerHolds           the journey cannot be travelled as shown any more, with reasons
│   ├── OwnRide                 nobody rides with themselves
│   ├── PersonBlocked           one of the two sides has blocked the other
│   ├── NotForParty             the driver does not take what the party needs or brings
│   └── IdempotencyConflict     this form was sent before with other content
├── AccountRefused
│   ├── NameMissing             first and last name are needed
│   ├── EmailInvalid            no mail could reach this address
│   ├── EmailTaken              there is an account with this address
│   ├── PhoneInvalid            not a telephone number
│   ├── PasswordUnfit           too short or too long
│   ├── LoginFailed             address or password are wrong
│   ├── TooManyAttempts         too many wrong passwords, with the moment it goes on
│   ├── TokenUnknown            no key for programs, or one that was revoked
│   ├── TokenTooNarrow          a key that may only read
│   ├── TooManyTokens           a person has all the keys for programs that one may have
│   ├── LastAdmin               somebody must be left who can give roles
│   ├── LastCoordinator         somebody must be left who plans for an organisation
│   ├── InvitationUnknown       no such invitation, or one that was used or has expired
│   ├── TooManyInvitations      an organisation has as many open invitations as it may have
│   └── AccountBlocked          the account of this address was blocked
├── TrustRefused
│   ├── ContactInText           a text that anybody reads holds a phone number, address or link
│   ├── PlateInvalid            not a number plate
│   ├── NothingToConfirm        no such address is stored, or no code was asked for
│   ├── CodeWrong               another code, an old one, or too many tries
│   ├── TooManyCodes            so soon no further code is sent
│   └── NotRateable             too early, too late, or not travelled together
├── LogInvalid                  kilometres, a defect or a day in a vehicle's log cannot be true
├── DutyRefused
│   ├── DutyInvalid             times, days or deadlines of a shift contradict each other
│   ├── ShiftTaken              somebody else was faster
│   ├── ShiftClosed             the shift is over, or its runs were cancelled
│   ├── VehicleBusy             another shift has the vehicle at that time
│   ├── PapersExpired           the permit or the medical check of the driver has run out by then
│   ├── NoDriver                the person does not drive for the association
│   └── DutyLinkUnknown         no such link, or its time is over
├── WishRefused
│   ├── WishInvalid             days or hours of a wish contradict each other
│   ├── TooManyWishes           this person has as many open wishes as anybody may have
│   ├── TooManyOrders           this person has as many standing orders as anybody may have
│   └── TooManyWaiting          this person waits for as many runs as anybody may
├── TimetableRefused
│   ├── FileTooLarge            more than the operator allows
│   ├── FileUnreadable          the file or address cannot be read
│   ├── NotSwitchable           this version is not ready to serve
│   ├── NotYetValid             its first day is still to come, and another is valid until then
│   ├── LossesHeld              what would be lost has not been confirmed by name
│   ├── NameDiffers             a confirmation is signed with one's own name
│   ├── SecondPersonNeeded      nobody puts a timetable live alone
│   ├── SwitchPlanInvalid       a switch cannot be planned for this moment
│   ├── NothingToRollBackTo     nothing else has served before
│   ├── NothingServes           no timetable has been switched to yet
│   ├── SourceNameTaken         another source of timetables or of real time has this name
│   ├── SourceAddressInvalid    not an address at which a source could be asked
│   └── FeedNeeded              the only source of timetables, or the only one that serves
└── RideRefused
    ├── PriceTooHigh            more than the law lets a private driver take
    ├── TooManySeats            more seats than the vehicle's class allows
    ├── TooMuchBaggage          more luggage or bicycle places than any vehicle has
    ├── NoSeats                 a ride without any place for others
    ├── InThePast               the ride would begin before now
    ├── WindowInvalid           departure window, arrival or detour contradict each other
    ├── RunNotNow               nothing can be ticked on a run that is cancelled or far ahead
    ├── OverlapsOtherRide       the driver would be in two vehicles at once
    ├── PlanInvalid             weekdays, dates or shifts of a recurring ride contradict each other
    ├── NoDates                 a recurring ride that never takes place
    ├── WomenOnly               rides for women are offered by women
    ├── NoWay                   no street joins start and goal for a car
    └── StopUnknown             a run names a stop that the timetable does not have
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence


class MitfahrError(Exception):
    """Base of everything the domain raises on purpose."""


class NotAllowed(MitfahrError):
    """`action` is not open to this person."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class Unknown(MitfahrError):
    """There is no `what` with this `key`, or the asking person may not know of it."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"{what} {key}")
        self.what = what
        self.key = key


class LinkUnreadable(MitfahrError):
    """A link to a journey that is cut off or changed."""


class LocalInvalid(MitfahrError):
    """`field` names what is missing or contradicts the rest: see `mitfahr.domain.local_checks`."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class StateForbids(MitfahrError):
    """From `state` the move to `wanted` does not exist or is not this side's to make."""

    def __init__(self, state: str, wanted: str) -> None:
        super().__init__(f"{state} → {wanted}")
        self.state = state
        self.wanted = wanted


class BookingRefused(MitfahrError):
    """A journey that is not booked, whole."""


class SeatTaken(BookingRefused):
    """`ride_label` has no room for `seats` seats and `wheelchairs` wheelchair places any more.

    It is "" where the database refused and nobody knows which vehicle it was.
    """

    def __init__(self, ride_label: str, seats: int, wheelchairs: int = 0) -> None:
        super().__init__(f"{ride_label}: {seats} seats, {wheelchairs} wheelchair places")
        self.ride_label = ride_label
        self.seats = seats
        self.wheelchairs = wheelchairs


class TooLateToBook(BookingRefused):
    """`ride_label` could be booked until `until` (UTC)."""

    def __init__(self, ride_label: str, until: dt.datetime) -> None:
        super().__init__(f"{ride_label} until {until.isoformat()}")
        self.ride_label = ride_label
        self.until = until


class OfferExpired(BookingRefused):
    """The journey was shown too long ago; it could be booked until `until` (UTC)."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class OfferTampered(BookingRefused):
    """The token is not one this portal has signed."""


class TooLateToChange(BookingRefused):
    """It could be changed or cancelled until `until` (UTC), when the vehicle left."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class DriverAsksFirst(BookingRefused):
    """The driver of `ride_label` is asked for everybody who joins."""

    def __init__(self, ride_label: str) -> None:
        super().__init__(ride_label)
        self.ride_label = ride_label


class NobodyTravels(BookingRefused):
    """At least one person travels."""


class CancelCodeWrong(BookingRefused):
    """Number and code do not belong to one booking; which of them is wrong is not told."""


class WayBackTooEarly(BookingRefused):
    """The way there arrives at `arrival` (UTC)."""

    def __init__(self, arrival: dt.datetime) -> None:
        super().__init__(arrival.isoformat())
        self.arrival = arrival


class NoLongerHolds(BookingRefused):
    """The journey cannot be travelled as shown; `reasons` as the router's check names them."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class OwnRide(BookingRefused):
    """The rider is the driver of `ride_label`."""

    def __init__(self, ride_label: str) -> None:
        super().__init__(ride_label)
        self.ride_label = ride_label


class PersonBlocked(BookingRefused):
    """Rider and driver of `ride_label` are kept apart; who blocked whom is nobody's business."""

    def __init__(self, ride_label: str) -> None:
        super().__init__(ride_label)
        self.ride_label = ride_label


class NotForParty(BookingRefused):
    """The terms of `ride_label` do not suit: pets, child seat, smoking, or it is for women only."""

    def __init__(self, ride_label: str) -> None:
        super().__init__(ride_label)
        self.ride_label = ride_label


class IdempotencyConflict(BookingRefused):
    """The key of this form was used before with another content; nothing was changed."""


class AccountRefused(MitfahrError):
    """A registration, log-in or change of roles that is not carried out."""


class NameMissing(AccountRefused):
    """First or last name is empty or too long."""


class EmailInvalid(AccountRefused):
    """`email` cannot be an address."""

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email


class EmailTaken(AccountRefused):
    """`email` belongs to an account already."""

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email


class PhoneInvalid(AccountRefused):
    """`phone` cannot be a telephone number."""

    def __init__(self, phone: str) -> None:
        super().__init__(phone)
        self.phone = phone


class PasswordUnfit(AccountRefused):
    """A password has `shortest` to `longest` characters, of any kind."""

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(f"{shortest}–{longest} characters")
        self.shortest = shortest
        self.longest = longest


class LoginFailed(AccountRefused):
    """Address or password are wrong, or the account is closed; which of them is not told."""


class TooManyAttempts(AccountRefused):
    """This account takes no password before `until` (UTC)."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class TokenUnknown(AccountRefused):
    """The key is none of ours, was revoked, or its owner's account is closed; which is not told."""


class TokenTooNarrow(AccountRefused):
    """The key opens less than what was asked for."""


class TooManyTokens(AccountRefused):
    """`most` keys are enough for anybody."""

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class LastAdmin(AccountRefused):
    """The only active administrator keeps that role."""


class LastCoordinator(AccountRefused):
    """The only coordinator of an organisation keeps that role."""


class InvitationUnknown(AccountRefused):
    """The code of an invitation is wrong, was used, was taken back or has expired."""


class TooManyInvitations(AccountRefused):
    """An organisation has `most` open invitations."""

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class AccountBlocked(AccountRefused):
    """The account of this address was blocked."""


class TooMuchFeedback(MitfahrError):
    """More messages from strangers than anybody reads within an hour."""


class TrustRefused(MitfahrError):
    """Something about a person or between two people that is not carried out."""


class ContactInText(TrustRefused):
    """A text that anybody reads holds contact data of `kind` (`mitfahr.domain.contact_data.Contact`)."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class PlateInvalid(TrustRefused):
    """`plate` cannot be a German number plate."""

    def __init__(self, plate: str) -> None:
        super().__init__(plate)
        self.plate = plate


class NothingToConfirm(TrustRefused):
    """The person has no such address, or no code is waiting to be entered."""


class CodeWrong(TrustRefused):
    """It is not the code, or the code is too old; with `tries_left` 0 another one is needed."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


class TooManyCodes(TrustRefused):
    """No further code is sent before `until` (UTC)."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class NotRateable(TrustRefused):
    """The two have not travelled together, or it is too early or too late to say how it was."""


class LogInvalid(MitfahrError):
    """`field` (km, less, far, text, due) of an entry in a vehicle's log cannot be true."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class DutyRefused(MitfahrError):
    """Something about shifts that is not carried out."""


class DutyInvalid(DutyRefused):
    """`field` (past, length, days, none, too_many, warn, tell, closes) names what has to be changed."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class HoursInvalid(DutyRefused):
    """When a shift really began and ended; `field` (order, future, far) says what cannot be."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ShiftTaken(DutyRefused):
    """Somebody else drives the shift already."""


class ShiftClosed(DutyRefused):
    """The shift is over, or all its runs were cancelled: nobody is needed any more."""


class VehicleBusy(DutyRefused):
    """Another shift has the vehicle from `begins` to `ends` (UTC)."""

    def __init__(self, begins: dt.datetime, ends: dt.datetime) -> None:
        super().__init__(f"{begins.isoformat()}–{ends.isoformat()}")
        self.begins = begins
        self.ends = ends


class PapersExpired(DutyRefused):
    """The passenger permit or the medical check is good until `until` only."""

    def __init__(self, until: dt.date) -> None:
        super().__init__(until.isoformat())
        self.until = until


class NoDriver(DutyRefused):
    """The person is no driver of the association, or their account is closed."""


class DutyLinkUnknown(DutyRefused):
    """The code of a link is wrong, or its time is over."""


class WishRefused(MitfahrError):
    """A search that is not kept as a wish."""


class WishInvalid(WishRefused):
    """`field` (first, last, window, weekdays) names what has to be changed."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class TooManyWishes(WishRefused):
    """There are `limit` open wishes already."""

    def __init__(self, limit: int) -> None:
        super().__init__(str(limit))
        self.limit = limit


class TooManyOrders(WishRefused):
    """There are `limit` standing orders already."""

    def __init__(self, limit: int) -> None:
        super().__init__(str(limit))
        self.limit = limit


class TooManyWaiting(WishRefused):
    """The person waits for `limit` runs already."""

    def __init__(self, limit: int) -> None:
        super().__init__(str(limit))
        self.limit = limit


class TimetableRefused(MitfahrError):
    """An upload, switch or rollback that is not carried out."""


class FileTooLarge(TimetableRefused):
    """The file has more than `limit_mb` megabytes."""

    def __init__(self, limit_mb: int) -> None:
        super().__init__(f"> {limit_mb} MB")
        self.limit_mb = limit_mb


class FileUnreadable(TimetableRefused):
    """`source` cannot be read; `reason` in the words of the system or of the other server."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class NotSwitchable(TimetableRefused):
    """The version is in `state`; or not linked with the serving road network yet ("unlinked"), or merged with
    versions of other feeds that do not serve any more ("stale"): both are mended by the worker; or its feed is "removed";
    or not compared with what serves yet ("uncompared").
    """

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NotYetValid(TimetableRefused):
    """The version is valid from `first_day` on, and the one that serves is valid until then."""

    def __init__(self, first_day: dt.date) -> None:
        super().__init__(first_day.isoformat())
        self.first_day = first_day


class LossesHeld(TimetableRefused):
    """So many losses (`number`) have to be confirmed by name before the version goes live."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number


class NameDiffers(TimetableRefused):
    """Not the name of the person who confirms (at the command line: no name)."""


class SecondPersonNeeded(TimetableRefused):
    """Four eyes are asked for, and only one person has dealt with the version so far."""


class SwitchPlanInvalid(TimetableRefused):
    """The moment is over ("past"), after the last day of the version ("over"), or there is no plan ("none")."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NothingToRollBackTo(TimetableRefused):
    """No other timetable has served before this one."""


class NothingServes(TimetableRefused):
    """No timetable serves, or its files cannot be read: nothing can be searched."""


class SourceNameTaken(TimetableRefused):
    """Another source of the same kind is called `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SourceAddressInvalid(TimetableRefused):
    """Not an http(s) address (for operators: nor a file of this machine)."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class FeedNeeded(TimetableRefused):
    """Without the source of timetables called `name` there would be none, or nothing would serve."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class RideRefused(MitfahrError):
    """An offer or run that is not published."""


class PriceTooHigh(RideRefused):
    """`asked_ct_per_km` is more than the `cap_ct_per_km` the law lets all riders pay together."""

    def __init__(self, asked_ct_per_km: int, cap_ct_per_km: int) -> None:
        super().__init__(f"{asked_ct_per_km} > {cap_ct_per_km} ct/km")
        self.asked_ct_per_km = asked_ct_per_km
        self.cap_ct_per_km = cap_ct_per_km


class TooManySeats(RideRefused):
    """`asked` passenger places, `allowed` at most."""

    def __init__(self, asked: int, allowed: int) -> None:
        super().__init__(f"{asked} > {allowed}")
        self.asked = asked
        self.allowed = allowed


class TooMuchBaggage(RideRefused):
    """`asked` places for luggage or bicycles, `allowed` at most."""

    def __init__(self, asked: int, allowed: int) -> None:
        super().__init__(f"{asked} > {allowed}")
        self.asked = asked
        self.allowed = allowed


class NoSeats(RideRefused):
    """Neither a seat nor a wheelchair place is offered."""


class InThePast(RideRefused):
    """The ride would begin at `begins` (UTC), which has passed."""

    def __init__(self, begins: dt.datetime) -> None:
        super().__init__(begins.isoformat())
        self.begins = begins


class WindowInvalid(RideRefused):
    """The times of an offer or run contradict each other; `field` names the one to change."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class RunNotNow(RideRefused):
    """Nothing can be said of how the run goes: `why` is withdrawn, or early (it does not begin for hours)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class OverlapsOtherRide(RideRefused):
    """The driver has `other_label` from `begins` to `ends` (UTC) already."""

    def __init__(self, other_label: str, begins: dt.datetime, ends: dt.datetime) -> None:
        super().__init__(f"{other_label} {begins.isoformat()}–{ends.isoformat()}")
        self.other_label = other_label
        self.begins = begins
        self.ends = ends


class PlanInvalid(RideRefused):
    """`field` of a recurring ride's plan does not fit the rest of it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class NoDates(RideRefused):
    """Of a recurring ride no date is left to come."""


class WomenOnly(RideRefused):
    """Only who has said to be a woman offers rides for women."""


class NoWay(RideRefused):
    """No street joins `origin` and `destination` for a car (or one of them is far from every street)."""

    def __init__(self, origin: str, destination: str) -> None:
        super().__init__(f"{origin} → {destination}")
        self.origin = origin
        self.destination = destination


class StopUnknown(RideRefused):
    """The serving timetable has no stop `stop_id`."""

    def __init__(self, stop_id: str) -> None:
        super().__init__(stop_id)
        self.stop_id = stop_id
