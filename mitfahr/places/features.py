"""What a kind of thing is called: the word behind its name, and the words people search it by."""

from __future__ import annotations

from mitfahr.languages import marked

STOP_WORD = marked("Haltestelle")
STREET_WORD = marked("Straße")

_KINDS: dict[str, tuple[str, str]] = {
    "city": (marked("Stadt"), "Zentrum, Innenstadt, Stadtmitte"),
    "town": (marked("Stadt"), "Zentrum, Innenstadt, Stadtmitte"),
    "village": (marked("Ort"), "Dorf, Ortsmitte, Dorfmitte"),
    "hamlet": (marked("Ort"), "Dorf, Ortsmitte, Dorfmitte"),
    "isolated_dwelling": (marked("Ort"), ""),
    "farm": (marked("Hof"), ""),
    "other_name": (marked("Ort"), ""),
    "borough": (marked("Stadtbezirk"), ""),
    "suburb": (marked("Ortsteil"), ""),
    "quarter": (marked("Ortsteil"), ""),
    "neighbourhood": (marked("Ortsteil"), ""),
    "hospital": (marked("Krankenhaus"), "Klinik, Klinikum, Spital, Notaufnahme"),
    "clinic": (marked("Klinik"), "Krankenhaus, Poliklinik, Ärztehaus"),
    "doctors": (marked("Arztpraxis"), "Arzt, Ärztin, Doktor, Hausarzt, Praxis, Ärztehaus"),
    "doctor": (marked("Arztpraxis"), "Arzt, Ärztin, Doktor, Hausarzt, Praxis, Ärztehaus"),
    "dentist": (marked("Zahnarzt"), "Zahnärztin, Zahnarztpraxis, Arzt"),
    "physiotherapist": (marked("Physiotherapie"), "Krankengymnastik"),
    "optometrist": (marked("Optiker"), ""),
    "pharmacy": (marked("Apotheke"), ""),
    "veterinary": (marked("Tierarzt"), "Tierarztpraxis"),
    "supermarket": (marked("Supermarkt"), "Einkaufsmarkt, Einkaufen, Lebensmittel, Kaufhalle, Markt"),
    "convenience": (marked("Lebensmittel"), "Einkaufen, Dorfladen"),
    "bakery": (marked("Bäckerei"), "Bäcker"),
    "butcher": (marked("Fleischerei"), "Fleischer, Metzger"),
    "doityourself": (marked("Baumarkt"), ""),
    "garden_centre": (marked("Gartenmarkt"), "Gärtnerei"),
    "department_store": (marked("Kaufhaus"), ""),
    "hairdresser": (marked("Friseur"), ""),
    "optician": (marked("Optiker"), ""),
    "chemist": (marked("Drogerie"), ""),
    "mall": (marked("Einkaufszentrum"), "Center, Einkaufen"),
    "school": (marked("Schule"), "Grundschule, Oberschule, Gymnasium, Gymi, Mittelschule"),
    "kindergarten": (marked("Kindergarten"), "Kita, Kindertagesstätte, Krippe, Hort"),
    "childcare": (marked("Hort"), "Kita"),
    "college": (marked("Schule"), "Berufsschule"),
    "university": (marked("Hochschule"), "Universität, Uni"),
    "music_school": (marked("Musikschule"), ""),
    "townhall": (
        marked("Rathaus"),
        "Bürgeramt, Bürgerbüro, Gemeindeamt, Gemeindeverwaltung, Stadtverwaltung, Amt",
    ),
    "government": (marked("Behörde"), "Amt, Verwaltung, Bürgeramt"),
    "employment_agency": (marked("Arbeitsagentur"), "Arbeitsamt, Jobcenter, Agentur"),
    "courthouse": (marked("Gericht"), "Amtsgericht"),
    "police": (marked("Polizei"), "Polizeirevier"),
    "fire_station": (marked("Feuerwehr"), ""),
    "community_centre": (marked("Bürgerhaus"), "Gemeindehaus, Dorfgemeinschaftshaus, Vereinshaus"),
    "social_centre": (marked("Begegnungsstätte"), ""),
    "library": (marked("Bibliothek"), "Bücherei"),
    "bank": (marked("Bank"), "Sparkasse"),
    "post_office": (marked("Post"), "Postfiliale"),
    "place_of_worship": (marked("Kirche"), "Kapelle"),
    "monastery": (marked("Kloster"), ""),
    "museum": (marked("Museum"), ""),
    "castle": (marked("Schloss"), "Burg"),
    "manor": (marked("Rittergut"), "Herrenhaus, Gutshof"),
    "attraction": (marked("Sehenswürdigkeit"), ""),
    "zoo": (marked("Tierpark"), "Zoo"),
    "park": (marked("Park"), ""),
    "garden": (marked("Garten"), ""),
    "cemetery": (marked("Friedhof"), ""),
    "grave_yard": (marked("Friedhof"), ""),
    "restaurant": (marked("Gaststätte"), "Restaurant, Gasthof, Gasthaus, Lokal"),
    "pub": (marked("Kneipe"), "Gaststätte"),
    "fast_food": (marked("Imbiss"), ""),
    "cafe": (marked("Café"), ""),
    "biergarten": (marked("Biergarten"), ""),
    "hotel": (marked("Hotel"), ""),
    "guest_house": (marked("Pension"), ""),
    "camp_site": (marked("Campingplatz"), ""),
    "theatre": (marked("Theater"), ""),
    "cinema": (marked("Kino"), ""),
    "arts_centre": (marked("Kulturzentrum"), ""),
    "station": (marked("Bahnhof"), "Haltepunkt, Zug"),
    "halt": (marked("Bahnhof"), "Haltepunkt, Zug"),
    "bus_station": (marked("Busbahnhof"), "Bahnhof"),
    "ferry_terminal": (marked("Fähre"), "Fähranleger"),
    "swimming_pool": (marked("Schwimmbad"), "Bad, Freibad, Hallenbad, Schwimmhalle"),
    "water_park": (marked("Schwimmbad"), "Bad, Freibad, Hallenbad, Erlebnisbad"),
    "public_bath": (marked("Schwimmbad"), "Bad, Freibad, Hallenbad, Therme"),
    "swimming_area": (marked("Badestelle"), "Bad, Strandbad"),
    "sports_centre": (marked("Sportstätte"), "Sporthalle, Sportplatz, Turnhalle"),
    "stadium": (marked("Stadion"), "Sportplatz"),
    "nursing_home": (marked("Pflegeheim"), "Altenheim, Seniorenheim, Altersheim"),
    "social_facility": (marked("soziale Einrichtung"), "Pflegeheim, Seniorenheim, Altersheim"),
    "public_building": (marked("öffentliches Gebäude"), "Amt"),
    "fuel": (marked("Tankstelle"), ""),
    "car_repair": (marked("Autowerkstatt"), "Werkstatt"),
    "marketplace": (marked("Marktplatz"), "Markt"),
}
"""OSM value → the word behind a name, and other German words for it. What is missing gets none."""


def kind_word(feature: str) -> str:
    """The German word for an OSM value, "" where there is none."""
    return _KINDS.get(feature, ("", ""))[0]


def searched_by(feature: str) -> str:
    """All words people search this kind of thing by."""
    return " ".join(_KINDS.get(feature, ()))
