"""Contact data is found however it is dressed, and ordinary notes are left in peace."""

from __future__ import annotations

import pytest

from mitfahr.domain.contact_data import Contact, check_public_text, contact_in
from mitfahr.domain.errors import ContactInText

HIDDEN = {
    "Ruft an: 0170 1234567": Contact.PHONE,
    "0170/1234567": Contact.PHONE,
    "+49 (0) 3521 / 72 50": Contact.PHONE,
    "01701234567": Contact.PHONE,
    "0 1 7 0 - 1 2 3 4 5 6 7": Contact.PHONE,
    "0170.1234567 bitte": Contact.PHONE,
    "017０１２３４５６７": Contact.PHONE,
    "null eins sieben null, eins zwei drei vier": Contact.PHONE,
    "anna@example.org": Contact.EMAIL,
    "anna (at) example (dot) org": Contact.EMAIL,
    "anna [ät] gmx": Contact.EMAIL,
    "https://example.org/x": Contact.LINK,
    "www.beispiel": Contact.LINK,
    "schaut auf beispiel.de": Contact.LINK,
    "t.me/anna": Contact.LINK,
}
HARMLESS = [
    "",
    "Hund fährt mit, wenig Platz für Gepäck.",
    "Ich warte um 07:30 vor der Kirche, spätestens 7.45 Uhr.",
    "Am 23.11.2026 und am 01.12.2026 nur bis 01662 Meißen.",
    "Fahre 7.30 – 8.15 Uhr, Rückweg 16:00-16:30.",
    "Bus 416, danach Linie 500 oder 501; 3 Plätze, 10 Cent je km, höchstens 2,40 €.",
    "Roter Polo, Kofferraum klein. Hinten nur zwei Plätze.",
    "Ab Hauptstraße 12, 01623 Lommatzsch",
    "Erst eins, dann zwei, dann drei Personen.",
    "Abfahrt 6.10, 6.40, 7.10, 7.40",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_hidden_in_a_text_is_found(text: str) -> None:
    assert contact_in(text) is HIDDEN[text]
    with pytest.raises(ContactInText):
        check_public_text(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_notes_are_left_in_peace(text: str) -> None:
    assert contact_in(text) is None
    check_public_text(text)
