"""The demonstration district: generated as ordinary input files, imported like real ones.

    places, highways, lines, stations, rides, accounts      facts, written down by hand
    streets, stops, trips, days                             what follows from them
    roads, feed                                             the OpenStreetMap file and the GTFS zip
    drafts, people, past, series, wishes, bookings          filled in through the ordinary services
    preparation                                             all of it, in the right order: the door

Everything is deterministic and needs no network. `generate_roads` and `generate_feed` also make larger
worlds (4, 9, 16 … districts side by side) for benchmarks.
"""

from mitfahr.demo.preparation import NotADemonstration, Prepared, prepare

__all__ = ["NotADemonstration", "Prepared", "prepare"]
