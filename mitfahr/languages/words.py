"""The language of whoever reads, and messages in it.

The catalogues are compiled when a process first needs them (a tenth of a second each): the `.po` files are the
only copy, so nothing compiled can be older than they are.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy

from mitfahr.languages.known import GERMAN, Language

_current: ContextVar[Language] = ContextVar("language", default=GERMAN)


def current() -> Language:
    """Whose words and dates are written now."""
    return _current.get()


def switch(language: Language) -> None:
    """From here on, in this thread, `language` is written."""
    _current.set(language)


@contextmanager
def using(language: Language) -> Iterator[None]:
    """Write `language` inside the block."""
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)


def _(message: str, /, **places: object) -> str:
    """The message in the current language, with its named places filled."""
    return catalogue().gettext(message) % places


def ngettext(one: str, many: str, num: int, /, **places: object) -> str:
    """The form that belongs to `num`, which the message may name as %(num)s."""
    return catalogue().ngettext(one, many, num) % {"num": num, **places}


def marked(message: str, /) -> str:
    """The message itself: it is collected for translation here and said somewhere else."""
    return message


def lazy(message: str, /, **places: object) -> str:
    """Stands for a text until it is shown; where a real `str` is needed, call `str()`."""
    return cast(str, LazyProxy(_, message, enable_cache=False, **places))


def catalogue() -> gettext.NullTranslations:
    """The messages of the current language; what is not translated comes back in German."""
    return load(current())


def lazy_ngettext(one: str, many: str, num: int, /) -> str:
    """`ngettext`, put off until the text is shown."""
    return cast(str, LazyProxy(ngettext, one, many, num, enable_cache=False))


@cache
def load(language: Language) -> gettext.NullTranslations:
    """Read and compile a catalogue, once per process."""
    if language == GERMAN:
        return gettext.NullTranslations()
    source = resources.files("mitfahr") / "translations" / language.catalogue
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
