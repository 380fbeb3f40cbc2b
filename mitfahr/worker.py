"""The worker: jobs by the clock, in a process of their own.

The clock is UTC and every job has a period that divides the day, so that all workers mean the same
moments whenever they were started; of those that find the same moment due, the one that writes the
row `(job, due_at)` runs it. Two workers are safe, and none is a catastrophe: what is late is done
when one comes back.
"""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.calmly import calmly
from mitfahr.carry_over import name_of
from mitfahr.db.base import engine_for
from mitfahr.db.jobs import claim_run, finish_run
from mitfahr.db.session import readers, sessions
from mitfahr.domain.errors import NothingServes
from mitfahr.live import Live
from mitfahr.mail import transport_for
from mitfahr.services.anonymise_bookings import anonymise_bookings
from mitfahr.services.ask_for_ratings import ask_for_ratings
from mitfahr.services.assemble_timetable import assemble_stale_timetables
from mitfahr.services.blur_places import blur_places
from mitfahr.services.book_standing_orders import book_standing_orders
from mitfahr.services.build_timetable import build_waiting_timetables
from mitfahr.services.build_version import BuildStopped, fail_dead_builds
from mitfahr.services.clean_up import clean_up
from mitfahr.services.compare_timetables import compare_waiting
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.do_planned_switches import do_planned_switches
from mitfahr.services.draw_map import draw_missing_maps
from mitfahr.services.fetch_feed import fail_dead_fetches, fetch_due_feeds
from mitfahr.services.improve_tours import improve_tours
from mitfahr.services.keep_papers import warn_of_papers
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.link_stops import link_waiting
from mitfahr.services.match_wishes import match_wishes
from mitfahr.services.offer_places import offer_places
from mitfahr.services.poll_sources import poll_sources
from mitfahr.services.publish_lines import publish_lines
from mitfahr.services.publish_series import publish_series
from mitfahr.services.publish_tours import publish_tours
from mitfahr.services.recheck_bookings import recheck_bookings
from mitfahr.services.remind_riders import remind_riders
from mitfahr.services.rename_stops import rename_stops
from mitfahr.services.send_outbox import send_outbox
from mitfahr.services.warn_of_gaps import warn_of_gaps
from mitfahr.services.warn_of_inspections import warn_of_inspections
from mitfahr.services.watch_duty import watch_duty
from mitfahr.settings import Settings
from mitfahr.sms import gateway_for

RENAMED_FOR = dt.timedelta(minutes=10)
"""So long after a switch somebody may still write down a stop as the timetable before called it."""

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    name: str
    every: dt.timedelta
    run: Callable[[], object]
    gives_way: bool = False
    """Long work: searches on the same machine come first."""


class Worker:
    """The jobs of one process. `stop` is set when it has been told to end."""

    def __init__(self, settings: Settings) -> None:
        transport_for(settings)  # an unreadable SMTP_URL is said now, not at the first mail
        gateway_for(settings)
        engine = engine_for(settings.database_url)
        self.settings = settings
        self.sessions: sessionmaker[Session] = sessions(engine)
        self.live = Live(readers(engine), settings.snapshots_dir)
        self.stop = threading.Event()
        self._followed, self._renames_until = "", EPOCH
        self.jobs = (
            Job("outbox", dt.timedelta(seconds=15), self._send_outbox),
            Job("poll_sources", dt.timedelta(seconds=settings.realtime_every_s), self._poll_sources),
            Job("lapse_holds", dt.timedelta(minutes=1), self._lapse_holds),
            Job("offer_places", dt.timedelta(seconds=30), self._offer_places),
            Job("match_wishes", dt.timedelta(minutes=1), self._match_wishes),
            Job("remind_riders", dt.timedelta(minutes=5), self._remind_riders),
            Job("ask_for_ratings", dt.timedelta(minutes=15), self._ask_for_ratings),
            Job("complete_legs", dt.timedelta(minutes=5), self._complete_legs),
            Job("publish_series", dt.timedelta(minutes=15), self._publish_series),
            Job("publish_lines", dt.timedelta(minutes=15), self._publish_lines),
            Job("publish_tours", dt.timedelta(minutes=15), self._publish_tours),
            Job("improve_tours", dt.timedelta(minutes=30), self._improve_tours, gives_way=True),
            Job("standing_orders", dt.timedelta(minutes=5), self._book_standing_orders),
            Job("watch_duty", dt.timedelta(minutes=1), self._watch_duty),
            Job("warn_of_papers", dt.timedelta(hours=1), self._warn_of_papers),
            Job("fetch_feeds", dt.timedelta(minutes=1), self._fetch_feeds),
            Job("build_timetables", dt.timedelta(seconds=10), self._build_timetables, gives_way=True),
            Job("compare_timetables", dt.timedelta(seconds=10), self._compare_timetables, gives_way=True),
            Job("planned_switches", dt.timedelta(seconds=5), self._do_planned_switches),
            Job("follow_timetable", dt.timedelta(seconds=5), self._follow_timetable),
            Job("draw_maps", dt.timedelta(minutes=1), self._draw_maps, gives_way=True),
            Job("dead_builds", dt.timedelta(minutes=1), self._fail_dead_builds),
            Job("warn_of_inspections", dt.timedelta(hours=1), self._warn_of_inspections),
            Job("warn_of_gaps", dt.timedelta(hours=1), self._warn_of_gaps),
            Job("retention", dt.timedelta(hours=1), self._forget),
            Job("clean_up", dt.timedelta(hours=1), self._clean_up),
        )

    def tick(self, job: Job) -> None:
        self.run_due(job, utc_now())

    def run_due(self, job: Job, now: dt.datetime) -> bool:
        """Run the job for the latest moment it was due, unless that has been done; whether it was ours."""
        due_at = EPOCH + ((now - EPOCH) // job.every) * job.every
        if self.stop.is_set() or not claim_run(self.sessions, job.name, due_at, now):
            return False
        error = None
        try:
            if job.gives_way:
                calmly(job.run)
            else:
                job.run()
        except BuildStopped:
            log.info("%s stopped; it goes on when a worker is back", job.name)
        except Exception as problem:
            log.exception("%s failed", job.name)
            error = f"{type(problem).__name__}: {problem}"
        finish_run(self.sessions, job.name, due_at, utc_now(), error)
        return True

    def _send_outbox(self) -> None:
        settings = self.settings
        send_outbox(
            self.sessions,
            transport_for(settings),
            settings.mail_from,
            utc_now,
            settings.base_url,
            settings.secret_key,
            settings.contact,
            gateway_for(settings),
        )

    def _poll_sources(self) -> None:
        """What live sources say now; journeys that can no longer be travelled get another way at once."""
        try:
            timetable = self.live.served().without_rides.timetable
        except NothingServes:
            timetable = None
        if poll_sources(self.sessions, self.settings, timetable, utc_now) and timetable is not None:
            now = utc_now()
            recheck_bookings(self.sessions, self.live.current(now), now=now)

    def _lapse_holds(self) -> None:
        now = utc_now()
        try:
            snapshot = self.live.current(now)
        except NothingServes:
            return  # no other way could be offered; meanwhile expired requests hold no seat anyway
        lapse_holds(self.sessions, snapshot, now=now)

    def _match_wishes(self) -> None:
        now = utc_now()
        try:
            match_wishes(self.sessions, lambda: self.live.current(now), now=now)
        except NothingServes:
            return  # nothing was marked as looked at

    def _offer_places(self) -> None:
        now = utc_now()
        try:
            offer_places(self.sessions, lambda: self.live.current(now), law=self.settings.price_law, now=now)
        except NothingServes:
            return  # everybody waits on

    def _remind_riders(self) -> None:
        remind_riders(self.sessions, now=utc_now())

    def _ask_for_ratings(self) -> None:
        ask_for_ratings(self.sessions, now=utc_now())

    def _complete_legs(self) -> None:
        complete_legs(self.sessions, now=utc_now())

    def _publish_series(self) -> None:
        try:
            served = self.live.served()
        except NothingServes:
            return
        publish_series(
            self.sessions,
            served.without_rides,
            law=self.settings.price_law,
            vacations=self.settings.vacations,
            now=utc_now(),
        )

    def _publish_lines(self) -> None:
        try:
            timetable = self.live.served().without_rides.timetable
        except NothingServes:
            return
        publish_lines(self.sessions, timetable, vacations=self.settings.vacations, now=utc_now())

    def _book_standing_orders(self) -> None:
        now = utc_now()
        try:
            book_standing_orders(
                self.sessions,
                lambda: self.live.current(now),
                secret_key=self.settings.secret_key,
                law=self.settings.price_law,
                vacations=self.settings.vacations,
                now=now,
            )
        except NothingServes:
            return  # the days stay due

    def _publish_tours(self) -> None:
        publish_tours(self.sessions, vacations=self.settings.vacations, now=utc_now())

    def _watch_duty(self) -> None:
        now = utc_now()
        try:
            watch_duty(
                self.sessions,
                lambda: self.live.current(now),
                secret_key=self.settings.secret_key,
                now=now,
            )
        except NothingServes:
            return  # who could drive was asked; runs are cancelled as soon as another way can be named

    def _warn_of_papers(self) -> None:
        warn_of_papers(self.sessions, now=utc_now())

    def _improve_tours(self) -> None:
        now = utc_now()
        try:
            snapshot = self.live.current(now)
        except NothingServes:
            return
        improve_tours(self.sessions, snapshot, now=now)

    def _fetch_feeds(self) -> None:
        fetch_due_feeds(self.sessions, self.settings, utc_now, self._stop_if_told)

    def _build_timetables(self) -> None:
        build_waiting_timetables(self.sessions, self.settings, utc_now, self._stop_if_told)
        assemble_stale_timetables(self.sessions, self.settings, utc_now, self._stop_if_told)
        link_waiting(self.sessions, self.settings.snapshots_dir, utc_now, self._stop_if_told)

    def _compare_timetables(self) -> None:
        compare_waiting(self.sessions, self.settings, utc_now, self._stop_if_told)

    def _do_planned_switches(self) -> None:
        do_planned_switches(self.sessions, now=utc_now(), four_eyes=self.settings.timetable_four_eyes)

    def _warn_of_inspections(self) -> None:
        warn_of_inspections(self.sessions, now=utc_now())

    def _warn_of_gaps(self) -> None:
        warn_of_gaps(self.sessions, now=utc_now())

    def _follow_timetable(self) -> None:
        """Rides, kept searches and booked journeys follow the timetable that serves."""
        now = utc_now()
        try:
            snapshot = self.live.current(now)
        except NothingServes:
            return
        if name_of(snapshot) != self._followed:
            self._followed, self._renames_until = name_of(snapshot), now + RENAMED_FOR
        if now < self._renames_until:
            rename_stops(self.sessions, snapshot.timetable, now=now)
        recheck_bookings(self.sessions, snapshot, now=now, only_new=True)

    def _draw_maps(self) -> None:
        draw_missing_maps(self.sessions, self.settings.snapshots_dir)

    def _fail_dead_builds(self) -> None:
        fail_dead_builds(self.sessions, self.settings, utc_now)
        fail_dead_fetches(self.sessions, self.settings)

    def _forget(self) -> None:
        now = utc_now()
        anonymise_bookings(self.sessions, now=now)
        try:
            timetable = self.live.served().without_rides.timetable
        except NothingServes:
            return  # without the names of stops no place can be blurred; a timetable will come
        blur_places(self.sessions, timetable, now=now)

    def _clean_up(self) -> None:
        clean_up(self.sessions, self.settings, utc_now())

    def _stop_if_told(self, _step: str, _fraction: float) -> None:
        if self.stop.is_set():
            raise BuildStopped


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT: what has begun is ended or put back, nothing new begins."""
    worker = Worker(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop.set())
    fail_dead_builds(worker.sessions, settings, utc_now)
    fail_dead_fetches(worker.sessions, settings)
    scheduler = BackgroundScheduler(timezone=dt.UTC)
    for job in worker.jobs:
        scheduler.add_job(
            worker.tick,
            IntervalTrigger(seconds=int(job.every.total_seconds()), start_date=EPOCH, timezone=dt.UTC),
            args=(job,),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    log.info("worker started")
    worker.stop.wait()
    scheduler.shutdown()
    log.info("worker stopped")


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
