"""The lines of the demonstration timetable: courses and headways as a district of this kind would have them.

Numbers and times are invented; no real timetable was copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

RAIL, SUBURBAN_RAIL, TRAM, BUS, ON_CALL_BUS = 106, 109, 900, 700, 715
"""GTFS extended route types."""


@dataclass(frozen=True)
class Headway:
    """Departures from the first place every `minutes` from hour `first` up to hour `last`."""

    minutes: int
    first: int
    last: int


@dataclass(frozen=True)
class BusLine:
    """`via` begins at the hub. `school` are single trips on school days: ("<", "07:20") reaches the hub then,
    (">", "13:15") leaves it then. `offset_min` is the minute of leaving the hub; return trips mirror it."""

    number: str
    via: tuple[str, ...]
    weekday: Headway | None
    saturday: Headway | None
    sunday: Headway | None
    school: tuple[tuple[str, str], ...]
    offset_min: int
    route_type: int


@dataclass(frozen=True)
class RailLine:
    """`calls` are (station, minutes after the first). Trains leave the first station at `first_min` past each
    `headway_min`; the way back arrives there mirrored. The last hours may lie past midnight."""

    number: str
    calls: tuple[tuple[str, int], ...]
    headway_min: int
    first_min: int
    hours: tuple[int, int]
    weekend_hours: tuple[int, int]
    route_type: int
    agency: str


# number | via | Mon–Fri | Saturday | Sunday | school days | minute at the hub
_BUS_LINES = """
400 | Meißen-Cölln, Meißen, Löthain, Krögis, Katzenberg, Nossen                         | 60 5-20 | 120 7-19 | 240 9-17 | <07:25 >13:15 >15:10 | 8
401 | Meißen-Cölln, Meißen, Niederjahna, Käbschütz, Zöthain, Lommatzsch                 | 60 5-20 | 120 7-19 | 240 9-17 | <07:20 >13:15 >15:10 | 10
402 | Lommatzsch, Wuhnitz, Ostrau, Döbeln                                               | 120 6-18 |  |  | <07:15 >13:30 | 35
403 | Lommatzsch, Leuben, Ziegenhain, Raußlitz, Nossen                                  | 120 5-19 | 240 8-16 |  | <07:15 >13:30 >15:20 | 5
404 | Riesa Bahnhof, Riesa, Pausitz, Nickritz, Mehltheuer, Dörschnitz, Lommatzsch       | 60 5-19 | 120 7-17 |  | <07:20 >13:20 >15:15 | 12
405 | Lommatzsch, Striegnitz, Staucha, Stauchitz                                        |  |  |  | <07:15 >13:30 >15:20 | 0
406 | Meißen-Cölln, Meißen, Zehren, Niedermuschütz, Niederlommatzsch, Neuhirschstein, Boritz | 120 6-18 |  |  | <07:20 >13:20 | 14
407 | Meißen-Cölln, Meißen, Zehren, Wölkisch, Pahrenz, Prausitz, Seerhausen, Riesa Bahnhof | 120 5-19 | 240 8-16 |  | <07:20 >13:20 >15:10 | 16
408 | Meißen-Cölln, Meißen, Bockwen, Polenz, Taubenheim, Burkhardswalde, Tanneberg      | 120 6-18 |  |  | <07:20 >13:20 >15:10 | 12
409 | Meißen-Cölln, Meißen, Meißen-Triebischtal, Garsebach, Miltitz, Munzig, Rothschönberg, Deutschenbora, Nossen | 60 5-19 | 120 8-18 | 240 9-17 | <07:20 >13:20 | 38
410 | Meißen-Cölln, Meißen, Ullendorf, Sora, Klipphausen, Sachsdorf, Wilsdruff          | 60 5-20 | 120 7-19 | 240 9-17 | <07:25 >13:20 >15:10 | 6
411 | Meißen-Cölln, Meißen, Batzdorf, Scharfenberg, Gauernitz, Constappel, Dresden-Cossebaude | 60 5-20 | 120 7-19 | 120 9-17 | <07:25 >13:20 | 40
412 | Meißen-Cölln, Meißen, Reichenbach, Naustadt, Röhrsdorf, Klipphausen               | 120 6-18 |  |  | <07:20 >13:20 | 10
413 | Coswig Bahnhof, Radebeul-Zitzschewig, Niederwartha, Constappel, Weistropp, Hühndorf, Wilsdruff | 120 6-18 | 240 8-16 |  | <07:25 >13:20 | 8
414 | Meißen-Cölln, Meißen-Zaschendorf, Weinböhla, Weinböhla-Laubenhöhe, Auer, Moritzburg | 120 5-19 | 120 8-18 | 120 9-17 | <07:25 >13:20 | 7
415 | Coswig Bahnhof, Coswig, Weinböhla, Niederau, Gröbern, Meißen-Bohnitzsch, Meißen-Cölln | 60 5-20 | 120 7-19 |  | <07:25 >13:20 >15:10 | 9
416 | Meißen-Cölln, Meißen-Niederfähre, Ockrilla, Gävernitz, Wantewitz, Priestewitz, Großenhain Bahnhof | 60 5-19 | 120 8-18 |  | <07:20 >13:20 >15:10 | 36
417 | Meißen-Cölln, Meißen-Niederfähre, Winkwitz, Diera, Zadel, Nieschütz, Diesbar-Seußlitz, Merschwitz, Leckwitz, Nünchritz | 60 5-20 | 120 7-19 | 240 9-17 | <07:20 >13:20 >15:10 | 11
418 | Meißen-Cölln, Meißen-Bohnitzsch, Gröbern, Gohlis bei Niederau, Steinbach, Bärwalde, Radeburg | 120 6-18 | 240 8-16 |  | <07:20 >13:20 | 13
419 | Großenhain Bahnhof, Großenhain, Lenz, Großdobritz, Jessen bei Niederau, Ockrilla, Meißen-Bohnitzsch, Meißen-Cölln | 120 6-18 |  |  | <07:20 >13:20 | 12
420 | Großenhain Bahnhof, Großenhain, Priestewitz, Strießen, Zottewitz, Diesbar-Seußlitz | 120 6-18 |  |  | <07:20 >13:20 | 42
421 | Großenhain Bahnhof, Wildenhain, Glaubitz, Nünchritz, Grödel, Moritz, Röderau, Riesa Bahnhof | 60 5-20 | 120 7-19 | 240 9-17 | <07:20 >13:20 >15:10 | 8
422 | Großenhain Bahnhof, Walda, Bauda, Colmnitz, Peritz, Koselitz, Gröditz             | 120 6-18 |  |  | <07:20 >13:20 | 12
423 | Großenhain Bahnhof, Großenhain, Zabeltitz, Treugeböhla, Frauenhain, Pulsen, Gröditz | 60 5-19 | 120 8-18 |  | <07:20 >13:20 >15:10 | 6
424 | Großenhain Bahnhof, Großenhain, Nasseböhla, Uebigau, Skäßchen, Strauch            | 120 6-18 |  |  | <07:20 >13:20 | 40
425 | Großenhain Bahnhof, Großenhain, Folbern, Adelsdorf, Oelsnitz, Weißig am Raschütz, Blochwitz | 120 6-18 |  |  | <07:20 >13:20 | 14
426 | Großenhain Bahnhof, Großenhain, Folbern, Quersa, Lampertswalde, Schönfeld, Thiendorf | 60 5-19 | 120 7-17 |  | <07:20 >13:20 >15:10 | 10
427 | Thiendorf, Stölpchen, Ponickau, Ortrand                                           | 120 6-18 |  |  | <07:10 >13:30 | 20
428 | Radeburg, Rödern, Ebersbach, Kalkreuth, Großenhain, Großenhain Bahnhof            | 60 5-19 | 120 7-17 |  | <07:20 >13:20 >15:10 | 10
429 | Radeburg, Rödern, Dobra, Kleinnaundorf, Tauscha, Sacka, Thiendorf                 | 120 6-18 |  |  | <07:20 >13:20 | 15
430 | Radeburg, Berbisdorf, Bärnsdorf, Volkersdorf, Dresden-Klotzsche, Dresden Neustadt | 60 5-21 | 60 7-19 | 120 9-19 |  | 5
431 | Radeburg, Großdittmannsdorf, Ottendorf-Okrilla                                    | 60 5-19 | 120 8-16 |  | <07:20 >13:20 | 35
432 | Dresden Neustadt, Dresden-Trachau, Boxdorf, Reichenberg, Moritzburg, Bärnsdorf, Radeburg | 60 5-21 | 60 7-19 | 120 9-19 |  | 25
433 | Radebeul Ost, Radebeul, Wahnsdorf, Reichenberg, Friedewald, Coswig-Spitzgrund, Coswig, Coswig Bahnhof | 60 5-20 | 120 7-19 | 240 9-17 | <07:25 >13:20 | 9
434 | Coswig Bahnhof, Coswig, Coswig-Spitzgrund, Auer, Steinbach, Naunhof, Ebersbach    | 120 6-18 |  |  | <07:25 >13:20 | 39
435 | Riesa Bahnhof, Riesa-Gröba, Forberge, Oppitzsch, Strehla, Görzig bei Strehla, Lößnig, Paußnitz | 60 5-20 | 120 7-19 | 240 9-17 | <07:20 >13:20 >15:10 | 7
436 | Riesa Bahnhof, Riesa-Merzdorf, Canitz bei Riesa, Mautitz, Bloßwitz, Stauchitz     | 120 6-18 |  |  | <07:20 >13:20 | 13
437 | Riesa Bahnhof, Riesa, Seerhausen, Stauchitz, Ostrau, Döbeln                       | 120 5-19 | 240 8-16 |  | <07:20 >13:20 | 43
438 | Riesa Bahnhof, Riesa, Röderau, Zeithain, Glaubitz                                 | 60 5-20 | 120 7-19 | 240 9-17 | <07:20 >13:20 | 37
439 | Riesa Bahnhof, Riesa, Röderau, Gohlis bei Riesa, Zschepa, Lorenzkirch, Kreinitz, Jacobsthal | 120 6-18 |  |  | <07:20 >13:20 | 11
440 | Riesa Bahnhof, Riesa, Zeithain, Neudorf, Streumen, Wülknitz, Tiefenau, Gröditz, Nauwalde | 120 5-19 |  |  | <07:20 >13:20 >15:10 | 15
441 | Gröditz, Nauwalde, Spansberg, Nieska                                              |  |  |  | <07:20 >13:20 >15:10 | 0
443 | Riesa Bahnhof, Riesa-Delle, Poppitz, Leutewitz bei Riesa, Schänitz, Boritz, Bahra, Heyda, Prausitz | 120 6-18 |  |  | <07:20 >13:20 | 41
444 | Nossen, Starbach, Rüsseina, Höfgen, Schleinitz, Leuben                            | 120 6-18 |  |  | <07:20 >13:20 >15:10 | 40
445 | Nossen, Siebenlehn, Freiberg                                                      | 60 5-20 | 120 7-19 | 120 9-19 |  | 12
446 | Nossen, Roßwein, Döbeln                                                           | 60 5-20 | 120 7-19 | 240 9-17 |  | 42
447 | Nossen, Deutschenbora, Rothschönberg, Tanneberg, Groitzsch, Schmiedewalde, Burkhardswalde, Seeligstadt, Wilsdruff | 120 6-18 |  |  | <07:20 >13:20 | 10
448 | Ortrand, Kraußnitz, Linz, Schönborn, Lampertswalde                                |  |  |  | <07:20 >13:20 >15:10 | 0
449 | Großenhain Bahnhof, Großenhain, Weßnitz, Rostig, Reinersdorf, Beiersdorf, Lauterbach, Naunhof | 120 6-18 |  |  | <07:20 >13:20 | 16
450 | Großenhain Bahnhof, Großraschütz, Skassa, Weißig bei Nünchritz, Roda, Nünchritz   | 120 6-18 |  |  | <07:20 >13:20 | 38
451 | Großenhain Bahnhof, Großenhain, Kalkreuth, Bieberach, Cunnersdorf, Freitelsdorf, Ebersbach |  |  |  | <07:20 >13:20 >15:10 | 0
452 | Meißen-Cölln, Meißen, Niederjahna, Großkagen, Prositz, Ickowitz, Piskowitz bei Zehren, Zehren |  |  |  | <07:20 >13:20 | 0
453 | Nossen, Nossen-Eula, Deutschenbora, Heynitz, Wendischbora, Ilkendorf, Raußlitz    |  |  |  | <07:20 >13:20 >15:10 | 0
454 | Wülknitz, Lichtensee, Heidehäuser, Gröditz                                        |  |  |  | <07:10 >13:20 | 0
A   | Meißen-Korbitz, Meißen, Meißen-Cölln, Meißen-Spaar, Meißen-Zaschendorf            | 30 5-21 | 60 7-20 | 60 9-19 |  | 4
B   | Meißen-Triebischtal, Meißen, Meißen-Cölln, Meißen-Niederfähre, Meißen-Bohnitzsch  | 30 5-21 | 60 7-20 | 60 9-19 |  | 19
C   | Meißen-Lercha, Meißen, Meißen-Cölln, Meißen-Zaschendorf, Neusörnewitz             | 60 5-19 | 120 8-18 |  |  | 20
RA  | Riesa-Weida, Riesa, Riesa Bahnhof, Riesa-Gröba, Riesa-Merzdorf                    | 30 5-21 | 60 7-20 | 60 9-19 |  | 3
RB  | Riesa Bahnhof, Riesa, Riesa-Delle, Poppitz, Göhlis                                | 30 5-20 | 60 7-19 | 120 9-19 |  | 6
RC  | Riesa Bahnhof, Riesa, Pausitz, Riesa-Weida                                        | 60 5-19 | 120 8-18 |  |  | 22
GA  | Großenhain Bahnhof, Großenhain, Großenhain-Kupferberg                             | 30 6-19 | 60 8-18 |  |  | 4
GB  | Großraschütz, Großenhain Bahnhof, Großenhain, Großenhain-Mozartallee              | 60 6-19 | 120 8-18 |  |  | 18
CA  | Kötitz, Coswig Bahnhof, Coswig, Coswig-Spitzgrund                                 | 30 5-20 | 60 7-19 | 120 9-17 |  | 5
CB  | Coswig Bahnhof, Coswig, Brockwitz, Sörnewitz, Neusörnewitz                        | 60 5-20 | 120 7-19 |  |  | 24
DA  | Radebeul Ost, Radebeul, Radebeul-Weintraube, Radebeul-Lindenau, Radebeul-Kötzschenbroda | 30 5-21 | 60 7-20 | 60 9-19 |  | 8
WA  | Weinböhla-Süd, Weinböhla, Weinböhla-Laubenhöhe                                    | 60 6-19 | 120 8-16 |  |  | 15
NB  | Nossen, Nossen-Eula, Deutschenbora                                                | 60 6-19 |  |  |  | 25
"""

# Night buses leave after midnight of the Friday and Saturday before.
_NIGHT_LINES = """
N1 | Coswig Bahnhof, Coswig, Weinböhla, Meißen-Zaschendorf, Meißen-Cölln, Meißen, Lommatzsch | 24:40 26:10
N2 | Radeburg, Moritzburg, Reichenberg, Dresden Neustadt                                    | 24:20 25:50
N3 | Riesa Bahnhof, Riesa, Röderau, Zeithain, Nünchritz, Großenhain Bahnhof                 | 24:30 26:00
"""

# number | type | agency | headway | minute | hours Mon–Fri | hours at weekends | station and minutes, …
_RAIL_LINES = """
S1   | 109 | S-Bahn  | 30  | 27 | 4-23 | 5-24 | Meißen Triebischtal 0, Meißen Altstadt 2, Meißen Bahnhof 5, Neusörnewitz S-Bahnhof 10, Coswig Bahnhof 14, Radebeul-Zitzschewig S-Bahnhof 17, Radebeul-Kötzschenbroda S-Bahnhof 19, Radebeul-Weintraube S-Bahnhof 22, Radebeul Ost S-Bahnhof 24, Dresden-Trachau Bahnhof 27, Dresden-Pieschen 29, Dresden Bischofsplatz 31, Dresden-Neustadt Bahnhof 34, Dresden Mitte Bahnhof 38, Dresden Hbf 42
RE50 | 106 | Bahn    | 60  | 20 | 4-22 | 5-22 | Riesa Bahnhof 0, Glaubitz Bahnhof 6, Nünchritz Bahnhof 9, Priestewitz Bahnhof 18, Niederau Bahnhof 25, Weinböhla Haltepunkt 28, Coswig Bahnhof 33, Dresden-Neustadt Bahnhof 44, Dresden Mitte Bahnhof 48, Dresden Hbf 52
RE18 | 106 | Bahn    | 120 | 35 | 5-21 | 7-21 | Dresden Hbf 0, Dresden-Neustadt Bahnhof 7, Coswig Bahnhof 18, Priestewitz Bahnhof 31, Großenhain Cottbuser Bahnhof 37, Lampertswalde Bahnhof 46, Ortrand Bahnhof 53
RB31 | 106 | Bahn    | 120 | 95 | 4-20 | 6-20 | Dresden Hbf 0, Dresden Mitte Bahnhof 3, Cossebaude Bahnhof 17, Niederwartha Haltepunkt 20, Radebeul-Naundorf 24, Coswig Bahnhof 29, Weinböhla Haltepunkt 34, Niederau Bahnhof 37, Priestewitz Bahnhof 45, Großenhain Cottbuser Bahnhof 51, Zabeltitz Bahnhof 58, Frauenhain Bahnhof 63, Elsterwerda Bahnhof 71
RB45 | 106 | Bahn    | 60  | 25 | 4-21 | 6-20 | Elsterwerda Bahnhof 0, Gröditz Bahnhof 8, Tiefenau Bahnhof 12, Wülknitz Bahnhof 16, Zeithain Bahnhof 21, Riesa Bahnhof 27, Seerhausen Bahnhof 35, Stauchitz Bahnhof 40, Ostrau Bahnhof 46, Döbeln Hbf 56
LGB  | 106 | Kleinbahn | 180 | 56 | 8-17 | 8-17 | Radebeul Ost S-Bahnhof 0, Radebeul-Lößnitzgrund 14, Moritzburg Bahnhof 29, Bärnsdorf Haltepunkt 42, Berbisdorf Haltepunkt 49, Radeburg Bahnhof 56
"""

TRAM_LINE = BusLine(
    "4",
    (
        "Dresden Mitte",
        "Dresden Neustadt",
        "Dresden-Trachau",
        "Radebeul Ost",
        "Radebeul",
        "Radebeul-Weintraube",
        "Radebeul-Kötzschenbroda",
        "Radebeul-Zitzschewig",
        "Coswig Bahnhof",
        "Coswig",
        "Weinböhla",
    ),
    Headway(30, 5, 22),
    Headway(30, 6, 22),
    Headway(30, 7, 22),
    (),
    11,
    TRAM,
)


@cache
def bus_lines() -> tuple[BusLine, ...]:
    """Regional and town bus lines and the tram, without on-call and night buses."""
    return (*(_bus_line(row) for row in _BUS_LINES.strip().splitlines()), TRAM_LINE)


@cache
def night_lines() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """(number, via, departures past 24:00)."""
    rows = ([cell.strip() for cell in row.split("|")] for row in _NIGHT_LINES.strip().splitlines())
    return tuple((number, tuple(via.split(", ")), tuple(times.split())) for number, via, times in rows)


@cache
def rail_lines() -> tuple[RailLine, ...]:
    return tuple(_rail_line(row) for row in _RAIL_LINES.strip().splitlines())


def _bus_line(row: str) -> BusLine:
    number, via, weekday, saturday, sunday, school, offset_min = (cell.strip() for cell in row.split("|"))
    trips = tuple((entry[0], entry[1:]) for entry in school.split())
    return BusLine(
        number,
        tuple(via.split(", ")),
        _headway(weekday),
        _headway(saturday),
        _headway(sunday),
        trips,
        int(offset_min),
        BUS,
    )


def _headway(cell: str) -> Headway | None:
    if not cell:
        return None
    minutes, hours = cell.split()
    return Headway(int(minutes), *_hours(hours))


def _rail_line(row: str) -> RailLine:
    number, kind, agency, headway, minute, hours, weekend, calls = (cell.strip() for cell in row.split("|"))
    pairs = tuple((call.rsplit(maxsplit=1)[0], int(call.rsplit(maxsplit=1)[1])) for call in calls.split(", "))
    return RailLine(
        number, pairs, int(headway), int(minute), _hours(hours), _hours(weekend), int(kind), agency
    )


def _hours(cell: str) -> tuple[int, int]:
    first, last = cell.split("-")
    return int(first), int(last)
