"""Texts that people read who are not matched yet: kindly kept free of contact data."""

from __future__ import annotations

from wtforms import Field, Form
from wtforms.validators import ValidationError

from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import ContactInText
from web.errors import explain


def no_contact(_form: Form, field: Field) -> None:
    """A validator; the services refuse the same."""
    try:
        check_public_text(field.data)
    except ContactInText as error:
        explained = explain(error)
        raise ValidationError(f"{explained.title}. {explained.advice}") from error
