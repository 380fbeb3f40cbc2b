"""Pass on what somebody without an account says about the pages."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.outbox import OutboxMessage, mails_since, queue_mail
from mitfahr.domain.errors import TooMuchFeedback
from mitfahr.languages import GERMAN, _, using

MAX_WORDS = 4000
MAX_PER_HOUR = 20
"""From everybody together: nobody can bury the operator under mails."""

_AN_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Feedback:
    """`page` and `answer_to` may be empty; `answer_to` is an address or a number, as typed."""

    words: str
    page: str
    answer_to: str


def send_feedback(
    sessions: sessionmaker[Session], feedback: Feedback, *, to: str, form_key: str, now: dt.datetime
) -> None:
    """Write the mail to the operator; commits. The same form sent again writes nothing. Raises TooMuchFeedback."""
    message_id = hashlib.sha256(f"feedback {form_key}".encode()).hexdigest()[:32]
    with sessions.begin() as session, using(GERMAN):
        if session.get(OutboxMessage, message_id) is not None:
            return
        subject = _("Rückmeldung zur Barrierefreiheit")
        if mails_since(session, to, subject, now - _AN_HOUR) >= MAX_PER_HOUR:
            raise TooMuchFeedback
        parts = [
            _("Über das Formular des Mitfahrportals hat jemand geschrieben:"),
            feedback.words[:MAX_WORDS],
            _("Seite: %(page)s", page=feedback.page or _("keine Angabe")),
            _("Antwort an: %(address)s", address=feedback.answer_to or _("keine Antwort gewünscht")),
        ]
        queue_mail(session, to, subject, "\n\n".join(parts), now).id = message_id
