"""Say how a shared ride was, report somebody, deal with a report."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.reports import MAX_WORDS
from mitfahr.domain.reports import ReportKind, ReportOutcome
from mitfahr.domain.trust import Praise
from mitfahr.languages import lazy
from web.forms.fields import choices
from web.trust_words import OUTCOME_WORDS, PRAISE_WORDS, REPORT_WORDS

YES, NO = "ja", "nein"
NOT_TOO_LONG = Length(
    max=MAX_WORDS, message=lazy("Bitte schreiben Sie höchstens %(most)s Zeichen.", most=MAX_WORDS)
)


class RatingForm(FlaskForm):  # type: ignore[misc]
    again = RadioField(
        lazy("Würden Sie wieder zusammen fahren?"),
        [InputRequired(lazy("Bitte wählen Sie ja oder nein."))],
        choices=choices({YES: lazy("ja"), NO: lazy("nein")}),
    )
    praise = SelectMultipleField(
        lazy("Was war gut?"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )

    def offer(self, words: Iterable[Praise]) -> None:
        """Let only these words be chosen."""
        self.praise.choices = choices({word.value: PRAISE_WORDS[word] for word in words})


class ReportForm(FlaskForm):  # type: ignore[misc]
    kind = RadioField(
        lazy("Worum geht es?"),
        [InputRequired(lazy("Bitte wählen Sie, worum es geht."))],
        choices=choices({kind.value: words for kind, words in REPORT_WORDS.items()}),
    )
    words = TextAreaField(
        lazy("Was ist passiert?"),
        [DataRequired(lazy("Bitte schreiben Sie kurz, was passiert ist.")), NOT_TOO_LONG],
    )
    block = BooleanField(lazy("Ich möchte nie wieder mit dieser Person fahren"))
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    @property
    def chosen_kind(self) -> ReportKind:
        return ReportKind(self.kind.data)


class HandleForm(FlaskForm):  # type: ignore[misc]
    outcome = RadioField(
        lazy("Was haben Sie getan?"), [InputRequired(lazy("Bitte wählen Sie, was Sie getan haben."))]
    )
    note = TextAreaField(lazy("Notiz"), [NOT_TOO_LONG])

    def offer(self, may_close: bool) -> None:
        """Closing the account is offered only where it may be done."""
        self.outcome.choices = choices(
            {
                outcome.value: words
                for outcome, words in OUTCOME_WORDS.items()
                if may_close or outcome is not ReportOutcome.ACCOUNT_CLOSED
            }
        )
