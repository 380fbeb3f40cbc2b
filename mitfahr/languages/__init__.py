"""What people read, in their language. The German text is the name of a message and what is shown when
nothing else is known:

    from mitfahr.languages import _, ngettext, lazy

    _("Ab %(stop)s um %(time)s", stop=name, time=clock(departure_s))
    ngettext("%(num)s Person", "%(num)s Personen", persons)
    LABEL = lazy("Abfahrt")  # at the level of a module or class: read when it is shown

Messages are whole sentences with named places for what varies, never joined fragments; a percent sign is
written twice. `make words` collects them into `mitfahr/translations/*.po`.
"""

from mitfahr.languages.known import GERMAN, KNOWN, OFFERED, Language, known_language, language
from mitfahr.languages.words import (
    _,
    catalogue,
    current,
    lazy,
    lazy_ngettext,
    marked,
    ngettext,
    switch,
    using,
)

__all__ = [
    "GERMAN",
    "KNOWN",
    "OFFERED",
    "Language",
    "_",
    "catalogue",
    "current",
    "known_language",
    "language",
    "lazy",
    "lazy_ngettext",
    "marked",
    "ngettext",
    "switch",
    "using",
]
