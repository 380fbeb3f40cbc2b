"""Our own map: vector tiles cut once at import, served as they lie on the disk.

    mvt         one tile as bytes (Mapbox Vector Tile 2)
    layers      what is drawn: geometries with their words, and from which zoom on
    land        streets, places, water, woods … as layers     network     lines and stops as layers
    cutting     layers → tiles                                tiles       the frozen file of them

Layers of the land are named as in the OpenMapTiles schema, so that a style for the one fits the other.
"""
