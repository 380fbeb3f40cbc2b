"""What people say and type of a booking: its number, and the code that cancels it without an account."""

from __future__ import annotations

import hashlib
import hmac

NUMBER_DIGITS = 8
CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that nobody mixes up on paper: neither 0 and O nor 1 and I."""
CODE_LENGTH = 10


def booking_number(booking_id: str) -> str:
    """The booking's number as people say it on the telephone: "3F9A-71C2"."""
    return f"{booking_id[:4]}-{booking_id[4:NUMBER_DIGITS]}".upper()


def cancel_code(booking_id: str, secret_key: str) -> str:
    """The code that lets its holder cancel this booking: "K7QMX-4TZPW".

    It is a signature of the booking's id (50 bits), so it is stored nowhere and holds for this booking only.
    """
    return signed_code(f"cancel {booking_id}", secret_key)


def signed_code(text: str, secret_key: str) -> str:
    """Our signature of `text` in ten signs that people can type."""
    signed = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()
    signs = "".join(CODE_SIGNS[byte % len(CODE_SIGNS)] for byte in signed[:CODE_LENGTH])
    return f"{signs[:5]}-{signs[5:]}"


def is_cancel_code(typed: str, booking_id: str, secret_key: str) -> bool:
    """Whether `typed`, in whatever case and grouping, is the code of this booking."""
    return hmac.compare_digest(
        bare_code(typed).encode(), bare_code(cancel_code(booking_id, secret_key)).encode()
    )


def typed_number(text: str) -> str | None:
    """The beginning of the booking's id that a typed number means; None when it cannot be one."""
    digits = bare_code(text).lower()
    is_number = len(digits) == NUMBER_DIGITS and all(sign in "0123456789abcdef" for sign in digits)
    return digits if is_number else None


def bare_code(text: str) -> str:
    """A code without what people type between its signs."""
    return "".join(sign for sign in text.upper() if sign.isalnum())
