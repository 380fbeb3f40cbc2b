"""Handing a message over to whoever delivers it: what stands in it, and what can come of it."""

from __future__ import annotations

import re

from mitfahr.db.outbox import CANCEL_CODE, CONTACT, DUTY_CODE, PORTAL, OutboxMessage
from mitfahr.domain.booking_numbers import cancel_code
from mitfahr.domain.duty import duty_code

_DUTY_CODES = re.compile(re.escape(DUTY_CODE).replace("%s", "([0-9a-f]{32})"))


class MessageRefused(Exception):
    """The other side will never take this message."""


class MessageDelayed(Exception):
    """It could not be handed over now; later it may work."""


def text_of(message: OutboxMessage, base_url: str = PORTAL, secret_key: str = "", contact: str = "") -> str:
    """The body of an outbox row with what only the sender knows: address of the portal, codes, telephone number.

    `base_url` is where residents find the portal, `secret_key` signs the codes of links, `contact`
    says how to reach the operator.
    """
    body = _with_contact(message.body, contact).replace(PORTAL, base_url)
    if message.booking_id is not None:
        body = body.replace(CANCEL_CODE, cancel_code(message.booking_id, secret_key))
    return _DUTY_CODES.sub(lambda link: duty_code(link[1], secret_key), body)


def _with_contact(body: str, contact: str) -> str:
    if contact:
        return body.replace(CONTACT, contact)
    return "\n\n".join(part for part in body.split("\n\n") if CONTACT not in part)
