"""By what a caller is found again: the name as it is heard, the telephone number however it is written.

A name is kept as folded words with blanks around them, so that every word can be looked for from its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mitfahr.domain.phone_numbers import international
from mitfahr.places.phonetics import sound

MAX_KEY = 200
SHORTEST_END = 4
"""So many last digits of a number are worth looking for."""


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """What was typed to find somebody. `number` is a whole telephone number, `number_end` the end of one."""

    words: tuple[str, ...]
    sounds: tuple[str, ...]
    number: str | None
    number_end: str | None

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.number or self.number_end)

    @property
    def is_exact(self) -> bool:
        """A whole number, or two names at least: whoever types that knows whom they look for."""
        return self.number is not None or len(self.words) > 1


def name_words(name: str) -> list[str]:
    """Folded words of a name; umlauts and their two-letter spellings are the plain vowel.

    >>> name_words("Jörg Müller-Lüdenscheidt"), name_words("Mueller")
    (['jorg', 'muller', 'ludenscheidt'], ['muller'])
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [re.sub(r"([aou])e", r"\1", word) for word in re.findall(r"[^\W\d_]+", plain)]


def name_key(first_name: str, last_name: str) -> str:
    """>>> name_key("Erika", "Müller")
    ' erika muller '
    """
    return _key(name_words(f"{first_name} {last_name}"))


def sound_key(first_name: str, last_name: str) -> str:
    """How the words of the name sound: Meier, Maier and Mayr are one.

    >>> sound_key("Erika", "Maier") == sound_key("Erica", "Meyer")
    True
    """
    return _key([sound(word) for word in name_words(f"{first_name} {last_name}")])


def phone_key(phone: str | None) -> str | None:
    """The number as it is called from anywhere, or its bare digits where nobody knows which area it is of."""
    return international(phone) or re.sub(r"\D", "", phone or "") or None


def read_typed(text: str) -> TypedPerson:
    """A name, a number or both: "müller", "03521 47 11", "Müller 4711"."""
    digits = re.sub(r"\D", "", text)
    words = name_words(text)
    number = international("".join(sign for sign in text if sign.isdigit() or sign in "+()"))
    return TypedPerson(
        words=tuple(words),
        sounds=tuple(filter(None, map(sound, words))),
        number=number,
        number_end=digits if number is None and len(digits) >= SHORTEST_END else None,
    )


def _key(words: list[str]) -> str:
    return f" {' '.join(words)} "[:MAX_KEY]
