"""Text → folded words, the same for what is typed and for what is known."""

from __future__ import annotations

import re
import unicodedata

_WRITTEN_OUT = {
    **dict.fromkeys(("str", "strase"), "strasse"),
    **dict.fromkeys(("bhf", "bf", "bahnhf"), "bahnhof"),
    **dict.fromkeys(("hbf", "hauptbhf"), "hauptbahnhof"),
    **dict.fromkeys(("bbf", "busbhf", "busbf", "zob"), "busbahnhof"),
    **dict.fromkeys(("kh", "khs", "krkhs", "krhs", "krkh", "krh", "khaus", "krhaus"), "krankenhaus"),
    "pl": "platz",
    "gs": "grundschule",
    "os": "oberschule",
    "bsz": "berufsschulzentrum",
    "abzw": "abzweig",
    "st": "sankt",
    "hst": "haltestelle",
    "dd": "dresden",
    "mei": "meissen",
    "grh": "grossenhain",
    "ghn": "grossenhain",
    "uniklinik": "universitatsklinikum",
    "uniklinikum": "universitatsklinikum",
    "dorfpl": "dorfplatz",
}
"""Abbreviations that people and timetables use; those a beginning or the consonants tell are not listed."""

_OF_THE_S_BAHN = re.compile(r"\bs-(?=b)|\bs (?=(?:bahnhof|bahn|bhf|bf)\b)")
"""For whoever wants to travel an S-Bahnhof is a Bahnhof."""

_SILENT = frozenset({"nr", "hausnummer"})


def words_of(text: str) -> list[str]:
    """Folded words: lower case, umlauts and their two-letter spellings as plain vowels, "Str." written out.

    >>> words_of("Döbelner Str. 5, Meißen")
    ['dobelner', 'strasse', '5', 'meissen']
    >>> words_of("Hauptstr.12a, S-Bhf.")
    ['hauptstrasse', '12a', 'bahnhof']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _OF_THE_S_BAHN.sub("", plain)
    found = re.findall(r"[^\W\d_]{3,}(?=\d)|[^\W_]+", plain)
    return [written_out(word) for word in found if word not in _SILENT]


def written_out(word: str) -> str:
    """A folded word with its abbreviation written out; done twice, it stays the same."""
    word = re.sub(r"([aou])e", r"\1", word)
    word = _WRITTEN_OUT.get(word, word)
    return re.sub(r"(?<=\w\w)(?:str|strase)$", "strasse", word)
