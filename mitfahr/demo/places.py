"""Facts about the places of Landkreis Meißen: municipalities, towns, villages and where people go.

Written down for the demonstration: coordinates to about 100 m, numbers of people as rough orders of
magnitude. Nothing here is read from a data set at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Municipality:
    """`key` is the official municipality key, `postcode` that of the seat, `population` of the whole."""

    key: str
    name: str
    postcode: str
    population: int


@dataclass(frozen=True)
class Place:
    """A town quarter, village or point outside the district; `people` live here, not in the whole town.

    `kind` is an OSM place value (town, suburb, village, hamlet), or "outside" for a place beyond the
    district, which gets roads and stops but no streets.
    """

    name: str
    municipality: str
    lat: float
    lon: float
    people: int
    kind: str


@dataclass(frozen=True)
class Destination:
    """Where people have to go; `tag` is an OSM `key=value`."""

    name: str
    tag: str
    lat: float
    lon: float


OUTSIDE = "14000000"

_MUNICIPALITIES = """
14627010 Coswig            01640 20500
14627020 Diera-Zehren      01665  3200
14627030 Ebersbach         01561  4400
14627040 Glaubitz          01612  2000
14627050 Gröditz           01609  6800
14627060 Großenhain        01558 18500
14627070 Hirschstein       01594  1900
14627080 Käbschütztal      01665  2700
14627100 Klipphausen       01665 10300
14627110 Lampertswalde     01561  2600
14627130 Lommatzsch        01623  4700
14627140 Meißen            01662 29000
14627150 Moritzburg        01468  8300
14627170 Niederau          01689  3800
14627180 Nossen            01683 10300
14627190 Nünchritz         01612  5400
14627200 Priestewitz       01561  3100
14627210 Radebeul          01445 33500
14627220 Radeburg          01471  7300
14627230 Riesa             01589 29000
14627240 Röderaue          01609  2700
14627250 Schönfeld         01561  1800
14627260 Stauchitz         01594  3000
14627270 Strehla           01616  3600
14627290 Thiendorf         01561  3700
14627310 Weinböhla         01689 10400
14627340 Wülknitz          01609  1600
14627360 Zeithain          01619  5600
14000000 außerhalb         00000     0
"""

# One municipality a line: key, then "name lat lon people kind" separated by semicolons.
_PLACES = """
14627140: Meißen 51.163 13.470 5200 town; Meißen-Triebischtal 51.152 13.461 4300 suburb; Meißen-Korbitz 51.154 13.445 900 suburb; Meißen-Lercha 51.147 13.470 500 suburb
14627140: Meißen-Cölln 51.162 13.484 6200 suburb; Meißen-Niederfähre 51.169 13.483 2600 suburb; Meißen-Bohnitzsch 51.173 13.501 2700 suburb; Meißen-Zaschendorf 51.157 13.505 3600 suburb
14627140: Meißen-Spaar 51.152 13.494 1300 suburb; Winkwitz 51.187 13.470 250 village
14627010: Coswig 51.128 13.579 9800 town; Coswig-Spitzgrund 51.139 13.592 3900 suburb; Kötitz 51.116 13.576 2300 suburb; Brockwitz 51.131 13.541 1700 village; Neusörnewitz 51.147 13.548 1900 village; Sörnewitz 51.140 13.524 900 village
14627210: Radebeul 51.103 13.672 13500 town; Radebeul-Kötzschenbroda 51.108 13.630 10200 suburb; Radebeul-Zitzschewig 51.113 13.607 3600 suburb; Radebeul-Lindenau 51.124 13.636 1900 suburb; Wahnsdorf 51.118 13.674 1100 suburb; Radebeul-Weintraube 51.106 13.655 3200 suburb
14627310: Weinböhla 51.161 13.567 6400 town; Weinböhla-Laubenhöhe 51.160 13.590 2500 suburb; Weinböhla-Süd 51.153 13.571 1500 suburb
14627170: Niederau 51.176 13.547 1400 village; Ockrilla 51.196 13.507 480 village; Gröbern 51.188 13.522 620 village; Oberau 51.186 13.557 520 village; Großdobritz 51.212 13.571 380 village; Gohlis bei Niederau 51.192 13.567 230 hamlet; Jessen bei Niederau 51.207 13.528 170 hamlet
14627020: Zehren 51.193 13.417 640 village; Diera 51.199 13.448 420 village; Zadel 51.199 13.428 520 village; Nieschütz 51.222 13.420 430 village; Kleinzadel 51.205 13.411 160 hamlet; Golk 51.214 13.429 120 hamlet; Löbsal 51.227 13.436 190 hamlet
14627020: Niedermuschütz 51.221 13.400 170 hamlet; Obermuschütz 51.213 13.374 80 hamlet; Schieritz 51.197 13.393 110 hamlet; Niederlommatzsch 51.239 13.405 150 hamlet; Oberlommatzsch 51.234 13.374 60 hamlet; Wölkisch 51.224 13.360 70 hamlet; Piskowitz bei Zehren 51.198 13.376 60 hamlet; Naundorf bei Zehren 51.233 13.395 70 hamlet
14627080: Krögis 51.120 13.379 560 village; Löthain 51.140 13.410 480 village; Schletta 51.151 13.431 310 village; Niederjahna 51.164 13.435 260 hamlet; Käbschütz 51.165 13.356 130 hamlet; Großkagen 51.177 13.372 110 hamlet; Canitz bei Meißen 51.136 13.401 90 hamlet; Planitz 51.150 13.343 110 hamlet
14627080: Leutewitz bei Meißen 51.153 13.367 120 hamlet; Mehren 51.158 13.405 80 hamlet; Deila 51.151 13.355 80 hamlet; Mauna 51.132 13.372 90 hamlet; Nössige 51.122 13.351 100 hamlet; Barnitz 51.119 13.362 70 hamlet; Soppen 51.106 13.369 40 hamlet; Sornitz 51.158 13.354 40 hamlet; Kaisitz 51.157 13.388 60 hamlet
14627100: Klipphausen 51.072 13.523 900 village; Taubenheim 51.095 13.468 620 village; Scharfenberg 51.120 13.520 520 village; Röhrsdorf 51.097 13.511 560 village; Ullendorf 51.103 13.487 330 village; Miltitz 51.104 13.415 560 village; Burkhardswalde 51.073 13.432 480 village; Tanneberg 51.051 13.412 420 village
14627100: Weistropp 51.088 13.588 540 village; Gauernitz 51.111 13.562 480 village; Constappel 51.106 13.562 260 hamlet; Naustadt 51.114 13.513 350 village; Sora 51.078 13.505 390 village; Sachsdorf 51.069 13.536 320 village; Hühndorf 51.068 13.569 200 hamlet; Garsebach 51.128 13.434 340 village
14627100: Munzig 51.083 13.412 330 village; Rothschönberg 51.070 13.396 320 village; Polenz 51.121 13.462 160 hamlet; Schmiedewalde 51.066 13.442 210 hamlet; Seeligstadt 51.085 13.449 160 hamlet; Groitzsch 51.064 13.416 170 hamlet; Batzdorf 51.133 13.499 120 hamlet; Reichenbach 51.124 13.496 130 hamlet; Bockwen 51.136 13.477 190 hamlet; Lampersdorf 51.078 13.486 160 hamlet; Robschütz 51.121 13.421 130 hamlet; Pegenau 51.115 13.532 90 hamlet
14627180: Nossen 51.057 13.298 5200 town; Nossen-Eula 51.057 13.325 420 suburb; Deutschenbora 51.054 13.359 620 village; Raußlitz 51.109 13.316 340 village; Ziegenhain 51.135 13.308 330 village; Leuben 51.163 13.295 480 village; Starbach 51.093 13.270 380 village; Rüsseina 51.109 13.261 330 village; Heynitz 51.079 13.354 340 village
14627180: Wendischbora 51.079 13.341 310 village; Rhäsa 51.070 13.285 180 hamlet; Graupzig 51.144 13.309 160 hamlet; Ilkendorf 51.082 13.312 150 hamlet; Wolkau 51.087 13.287 120 hamlet; Mertitz 51.178 13.325 140 hamlet; Wahnitz 51.174 13.309 110 hamlet; Schleinitz 51.163 13.274 130 hamlet; Perba 51.159 13.286 70 hamlet
14627180: Pinnewitz 51.123 13.311 70 hamlet; Katzenberg 51.094 13.357 80 hamlet; Leippen 51.131 13.333 90 hamlet; Höfgen 51.124 13.290 90 hamlet; Mutzschwitz 51.129 13.278 60 hamlet; Stahna 51.120 13.261 50 hamlet; Wauden 51.178 13.279 60 hamlet; Karcha 51.100 13.338 70 hamlet; Gruna 51.074 13.299 50 hamlet; Bodenbach 51.075 13.266 90 hamlet; Lossen 51.157 13.267 40 hamlet; Eulitz 51.154 13.315 50 hamlet; Gallschütz 51.116 13.345 60 hamlet
14627130: Lommatzsch 51.197 13.309 2500 town; Zöthain 51.184 13.332 150 hamlet; Striegnitz 51.224 13.283 170 hamlet; Barmenitz 51.217 13.274 80 hamlet; Dörschnitz 51.225 13.312 190 hamlet; Wachtnitz 51.191 13.350 130 hamlet; Neckanitz 51.185 13.252 150 hamlet; Wuhnitz 51.194 13.237 150 hamlet; Churschütz 51.176 13.245 80 hamlet
14627130: Petzschwitz 51.181 13.248 70 hamlet; Albertitz 51.196 13.259 60 hamlet; Pitschütz 51.194 13.271 60 hamlet; Jessen bei Lommatzsch 51.189 13.285 90 hamlet; Schwochau 51.185 13.291 70 hamlet; Altsattel 51.216 13.261 40 hamlet; Roitzsch 51.232 13.279 60 hamlet; Trogen 51.225 13.262 50 hamlet; Scheerau 51.214 13.299 40 hamlet; Paltzschen 51.216 13.318 60 hamlet; Klappendorf 51.230 13.333 60 hamlet; Daubnitz 51.194 13.344 60 hamlet; Prositz 51.196 13.361 50 hamlet; Ickowitz 51.205 13.372 50 hamlet; Krepta 51.179 13.242 30 hamlet; Altlommatzsch 51.204 13.296 90 hamlet
14627260: Stauchitz 51.244 13.213 780 village; Staucha 51.222 13.222 620 village; Seerhausen 51.266 13.254 480 village; Bloßwitz 51.259 13.222 160 hamlet; Ragewitz 51.266 13.239 150 hamlet; Plotitz 51.258 13.244 110 hamlet; Gleina 51.235 13.229 90 hamlet; Ibanitz 51.218 13.234 70 hamlet; Dobernitz 51.240 13.237 60 hamlet; Kalbitz 51.274 13.264 60 hamlet; Hahnefeld 51.255 13.209 60 hamlet; Groptitz 51.284 13.244 120 hamlet
14627070: Prausitz 51.259 13.312 390 village; Mehltheuer 51.246 13.293 330 village; Boritz 51.270 13.393 220 hamlet; Neuhirschstein 51.250 13.392 240 hamlet; Heyda 51.266 13.349 260 hamlet; Bahra 51.256 13.380 150 hamlet; Pahrenz 51.246 13.315 80 hamlet; Kobeln 51.248 13.340 40 hamlet; Althirschstein 51.263 13.391 60 hamlet; Schänitz 51.282 13.386 70 hamlet
14627230: Riesa 51.304 13.294 8200 town; Riesa-Gröba 51.319 13.275 4700 suburb; Riesa-Weida 51.302 13.257 5200 suburb; Riesa-Merzdorf 51.314 13.256 3600 suburb; Riesa-Delle 51.298 13.308 3900 suburb; Poppitz 51.290 13.322 700 suburb; Pausitz 51.290 13.290 1000 suburb; Göhlis 51.301 13.334 300 suburb
14627230: Nickritz 51.276 13.292 350 village; Canitz bei Riesa 51.314 13.222 380 village; Pochra 51.322 13.236 280 hamlet; Oelsitz 51.280 13.278 230 hamlet; Jahnishausen 51.271 13.288 180 hamlet; Mautitz 51.283 13.227 130 hamlet; Leutewitz bei Riesa 51.291 13.372 90 hamlet; Böhlen 51.267 13.296 70 hamlet
14627270: Strehla 51.352 13.227 2500 town; Großrügeln 51.334 13.227 190 hamlet; Kleinrügeln 51.348 13.215 60 hamlet; Oppitzsch 51.336 13.255 170 hamlet; Forberge 51.330 13.263 150 hamlet; Paußnitz 51.387 13.196 250 hamlet; Lößnig 51.391 13.225 130 hamlet; Görzig bei Strehla 51.371 13.223 120 hamlet
14627360: Zeithain 51.334 13.345 2300 village; Röderau 51.325 13.310 1500 village; Kreinitz 51.375 13.256 520 village; Moritz 51.313 13.343 330 village; Gohlis bei Riesa 51.344 13.290 260 hamlet; Jacobsthal 51.381 13.297 230 hamlet; Lorenzkirch 51.351 13.251 170 hamlet; Neudorf 51.353 13.356 140 hamlet; Zschepa 51.351 13.267 110 hamlet; Promnitz 51.310 13.317 120 hamlet
14627190: Nünchritz 51.302 13.388 3300 village; Diesbar-Seußlitz 51.238 13.423 620 village; Merschwitz 51.268 13.410 560 village; Leckwitz 51.282 13.413 260 hamlet; Grödel 51.304 13.372 210 hamlet; Weißig bei Nünchritz 51.292 13.444 190 hamlet; Zschaiten 51.298 13.409 90 hamlet; Roda 51.306 13.419 90 hamlet; Neuseußlitz 51.250 13.414 110 hamlet; Goltzscha 51.271 13.431 60 hamlet
14627040: Glaubitz 51.323 13.378 1400 village; Marksiedlitz 51.340 13.397 160 hamlet; Radewitz 51.333 13.394 190 hamlet
14627340: Wülknitz 51.370 13.396 680 village; Streumen 51.360 13.403 230 hamlet; Lichtensee 51.379 13.375 260 hamlet; Tiefenau 51.390 13.406 190 hamlet; Peritz 51.349 13.425 160 hamlet; Heidehäuser 51.392 13.376 60 hamlet
14627050: Gröditz 51.413 13.448 5500 town; Nauwalde 51.419 13.409 340 village; Spansberg 51.419 13.391 180 hamlet; Nieska 51.428 13.359 190 hamlet
14627240: Frauenhain 51.388 13.483 870 village; Pulsen 51.390 13.443 430 village; Koselitz 51.377 13.425 330 village; Raden 51.375 13.489 220 hamlet
14627060: Großenhain 51.291 13.532 8200 town; Großenhain-Mozartallee 51.296 13.528 3300 suburb; Großraschütz 51.288 13.500 900 suburb; Großenhain-Kupferberg 51.286 13.546 1700 suburb; Folbern 51.300 13.588 340 village; Zabeltitz 51.353 13.500 700 village; Wildenhain 51.309 13.475 470 village; Skassa 51.288 13.474 420 village; Strauch 51.366 13.575 340 village
14627060: Skäßchen 51.338 13.586 260 hamlet; Bauda 51.327 13.469 230 hamlet; Walda 51.318 13.498 240 hamlet; Weßnitz 51.279 13.559 160 hamlet; Stroga 51.343 13.540 160 hamlet; Uebigau 51.341 13.558 130 hamlet; Treugeböhla 51.362 13.506 110 hamlet; Colmnitz 51.330 13.435 180 hamlet; Görzig bei Großenhain 51.362 13.469 160 hamlet; Rostig 51.279 13.583 90 hamlet; Zschauitz 51.267 13.536 70 hamlet; Krauschütz 51.342 13.600 60 hamlet; Nasseböhla 51.335 13.526 90 hamlet
14627200: Priestewitz 51.251 13.507 700 village; Lenz 51.251 13.556 340 village; Böhla bei Großenhain 51.231 13.546 320 village; Strießen 51.263 13.492 210 hamlet; Kmehlen 51.228 13.486 220 hamlet; Zottewitz 51.249 13.447 190 hamlet; Baßlitz 51.234 13.536 120 hamlet; Gävernitz 51.228 13.505 120 hamlet; Blattersleben 51.241 13.465 140 hamlet; Wantewitz 51.236 13.501 150 hamlet; Porschütz 51.246 13.482 80 hamlet; Medessen 51.269 13.465 80 hamlet; Stauda 51.243 13.519 90 hamlet; Laubach 51.227 13.470 60 hamlet
14627030: Ebersbach 51.237 13.660 1100 village; Kalkreuth 51.276 13.628 640 village; Rödern 51.232 13.703 560 village; Naunhof 51.215 13.627 420 village; Lauterbach 51.227 13.611 320 village; Beiersdorf 51.237 13.608 280 village; Reinersdorf 51.255 13.618 320 village; Bieberach 51.272 13.653 170 hamlet; Freitelsdorf 51.258 13.674 210 hamlet; Cunnersdorf 51.272 13.668 160 hamlet; Göhra 51.269 13.593 80 hamlet; Ermendorf 51.229 13.585 60 hamlet; Hohndorf 51.240 13.594 70 hamlet
14627110: Lampertswalde 51.307 13.674 1100 village; Weißig am Raschütz 51.345 13.655 330 village; Quersa 51.303 13.641 320 village; Adelsdorf 51.316 13.587 220 hamlet; Schönborn 51.325 13.701 210 hamlet; Blochwitz 51.353 13.690 170 hamlet; Brockwitz bei Großenhain 51.317 13.639 110 hamlet; Oelsnitz 51.353 13.631 160 hamlet; Brößnitz 51.363 13.661 110 hamlet; Mühlbach 51.296 13.667 60 hamlet
14627250: Schönfeld 51.303 13.704 920 village; Linz 51.343 13.733 330 village; Kraußnitz 51.368 13.761 210 hamlet; Liega 51.316 13.745 160 hamlet; Böhla bei Ortrand 51.359 13.788 120 hamlet
14627290: Thiendorf 51.295 13.740 880 village; Ponickau 51.343 13.771 560 village; Tauscha 51.265 13.804 500 village; Sacka 51.284 13.792 370 village; Dobra 51.259 13.774 280 hamlet; Stölpchen 51.309 13.784 240 hamlet; Kleinnaundorf 51.245 13.785 210 hamlet; Zschorna 51.254 13.746 90 hamlet; Welxande 51.298 13.751 90 hamlet; Lötzschen 51.280 13.742 90 hamlet; Würschnitz 51.235 13.794 180 hamlet
14627220: Radeburg 51.214 13.724 4300 town; Großdittmannsdorf 51.202 13.771 620 village; Berbisdorf 51.187 13.724 560 village; Bärnsdorf 51.164 13.728 560 village; Volkersdorf 51.146 13.738 380 village; Bärwalde 51.202 13.674 230 hamlet; Cunnertswalde 51.162 13.706 130 hamlet
14627150: Moritzburg 51.164 13.680 2700 village; Boxdorf 51.121 13.701 2100 village; Reichenberg 51.129 13.681 1600 village; Friedewald 51.135 13.653 1100 village; Steinbach 51.195 13.622 560 village; Auer 51.160 13.632 120 hamlet
14000000: Dresden Hauptbahnhof 51.041 13.733 0 outside; Dresden Mitte 51.056 13.722 0 outside; Dresden Neustadt 51.066 13.741 0 outside; Dresden-Trachau 51.090 13.704 0 outside; Dresden-Klotzsche 51.118 13.779 0 outside; Dresden-Cossebaude 51.086 13.632 0 outside; Wilsdruff 51.052 13.537 0 outside
14000000: Döbeln 51.122 13.119 0 outside; Ostrau 51.205 13.158 0 outside; Oschatz 51.300 13.107 0 outside; Mühlberg 51.432 13.219 0 outside; Elsterwerda 51.460 13.524 0 outside; Ortrand 51.376 13.760 0 outside; Königsbrück 51.264 13.905 0 outside; Ottendorf-Okrilla 51.180 13.828 0 outside; Freiberg 50.918 13.343 0 outside; Siebenlehn 51.031 13.306 0 outside; Roßwein 51.066 13.183 0 outside
"""

_DESTINATIONS = """
Elblandklinikum Meißen             | amenity=hospital     | 51.1745 | 13.5045
Elblandklinikum Riesa              | amenity=hospital     | 51.2982 | 13.3105
Elblandklinikum Radebeul           | amenity=hospital     | 51.1088 | 13.6545
Fachkrankenhaus Coswig             | amenity=hospital     | 51.1290 | 13.5935
Rehaklinik Großenhain              | amenity=clinic       | 51.2865 | 13.5390
Landratsamt Meißen                 | office=government    | 51.1624 | 13.4860
Landratsamt Außenstelle Großenhain | office=government    | 51.2892 | 13.5252
Agentur für Arbeit Riesa           | amenity=public_building | 51.3050 | 13.2905
Albrechtsburg Meißen               | historic=castle      | 51.1660 | 13.4700
Porzellan-Manufaktur Meißen        | tourism=attraction   | 51.1568 | 13.4648
Schloss Moritzburg                 | historic=castle      | 51.1675 | 13.6795
Schloss Wackerbarth                | historic=castle      | 51.1135 | 13.6190
Karl-May-Museum                    | tourism=museum       | 51.1022 | 13.6745
Schloss Nossen                     | historic=castle      | 51.0580 | 13.2990
Barockgarten Zabeltitz             | leisure=park         | 51.3520 | 13.5030
Landesbühnen Sachsen               | amenity=theatre      | 51.1058 | 13.6600
SACHSENarena Riesa                 | leisure=sports_centre | 51.3075 | 13.2870
Riesapark                          | shop=mall            | 51.2970 | 13.2680
Elbecenter Meißen                  | shop=mall            | 51.1676 | 13.5015
Berufliches Schulzentrum Meißen    | amenity=school       | 51.1700 | 13.4950
Gymnasium Franziskaneum            | amenity=school       | 51.1605 | 13.4740
Landesgymnasium Sankt Afra         | amenity=school       | 51.1650 | 13.4670
Städtisches Gymnasium Riesa        | amenity=school       | 51.3030 | 13.2990
Gymnasium Nossen                   | amenity=school       | 51.0560 | 13.2960
Oberschule Lommatzsch              | amenity=school       | 51.1955 | 13.3125
Gymnasium Großenhain               | amenity=school       | 51.2940 | 13.5330
Freizeitbad Wellenspiel            | leisure=swimming_pool | 51.1750 | 13.4982
Gymnasium Luisenstift Radebeul     | amenity=school       | 51.1065 | 13.6490
Werner-Heisenberg-Gymnasium Riesa  | amenity=school       | 51.3005 | 13.3030
Lößnitzgymnasium Radebeul          | amenity=school       | 51.1095 | 13.6330
Gymnasium Coswig                   | amenity=school       | 51.1262 | 13.5850
Freies Gymnasium Weinböhla         | amenity=school       | 51.1635 | 13.5660
Oberschule Kötzschenbroda          | amenity=school       | 51.1092 | 13.6265
Pestalozzi-Oberschule Meißen       | amenity=school       | 51.1665 | 13.4860
Bürgerbüro Meißen                  | office=government    | 51.1636 | 13.4712
Bürgeramt Riesa                    | office=government    | 51.3062 | 13.2935
Amtsgericht Meißen                 | amenity=courthouse   | 51.1668 | 13.4835
Polizeirevier Meißen               | amenity=police       | 51.1560 | 13.4770
Polizeirevier Riesa                | amenity=police       | 51.3045 | 13.2970
Ärztehaus Lommatzsch               | amenity=doctors      | 51.1962 | 13.3075
Ärztehaus Nossen                   | amenity=doctors      | 51.0582 | 13.2965
Zahnarztpraxis Lommatzsch          | amenity=dentist      | 51.1978 | 13.3102
Stadtbibliothek Meißen             | amenity=library      | 51.1630 | 13.4722
Hallenbad Nossen                   | leisure=sports_centre | 51.0565 | 13.3020
Freibad Lommatzsch                 | leisure=water_park   | 51.1990 | 13.3145
Bilzbad Radebeul                   | leisure=water_park   | 51.1190 | 13.6690
Naturbad Großenhain                | leisure=water_park   | 51.2875 | 13.5270
Tierpark Meißen                    | tourism=zoo          | 51.1605 | 13.4460
Filmpalast Meißen                  | amenity=cinema       | 51.1622 | 13.4768
Städtischer Friedhof Meißen        | landuse=cemetery     | 51.1585 | 13.4835
Trinitatisfriedhof Riesa           | landuse=cemetery     | 51.3005 | 13.2885
Hauptfriedhof Radebeul             | landuse=cemetery     | 51.1052 | 13.6420
Dom zu Meißen                      | amenity=place_of_worship | 51.1663 | 13.4706
Altzella                           | historic=monastery   | 51.0625 | 13.2790
Schloss Schleinitz                 | historic=castle      | 51.1635 | 13.2735
Schloss Hirschstein                | historic=castle      | 51.2510 | 13.3935
Schloss Großenhain                 | historic=castle      | 51.2885 | 13.5345
Universitätsklinikum Dresden       | amenity=hospital     | 51.0555 | 13.7830
Seniorenheim Lommatzsch            | amenity=nursing_home | 51.1930 | 13.3120
Jobcenter Meißen                   | office=employment_agency | 51.1600 | 13.4870
Baumarkt Meißen                    | shop=doityourself    | 51.1702 | 13.4990
Kaufland Meißen                    | shop=supermarket     | 51.1688 | 13.4975
Kaufland Riesa                     | shop=supermarket     | 51.2995 | 13.2850
Kaufland Radebeul                  | shop=supermarket     | 51.1042 | 13.6620
"""


OTHER_NAMES = {
    "Elblandklinikum Meißen": "Krankenhaus Meißen",
    "Elblandklinikum Riesa": "Krankenhaus Riesa",
    "Elblandklinikum Radebeul": "Krankenhaus Radebeul",
    "Universitätsklinikum Dresden": "Uniklinik Dresden",
    "Landesgymnasium Sankt Afra": "St. Afra",
    "Landratsamt Meißen": "LRA Meißen",
}
"""What people call a destination besides its name."""


@cache
def municipalities() -> dict[str, Municipality]:
    """By official key; the last one stands for everything outside the district."""
    rows = (line.rsplit(maxsplit=2) for line in _MUNICIPALITIES.strip().splitlines())
    found = {}
    for head, postcode, population in rows:
        key, name = head.split(maxsplit=1)
        found[key] = Municipality(key, name, postcode, int(population))
    return found


@cache
def places() -> tuple[Place, ...]:
    """Every place, those of one municipality together, names unique."""
    return tuple(_parse_places())


@cache
def destinations() -> tuple[Destination, ...]:
    rows = ([cell.strip() for cell in line.split("|")] for line in _DESTINATIONS.strip().splitlines())
    return tuple(Destination(name, tag, float(lat), float(lon)) for name, tag, lat, lon in rows)


def _parse_places() -> Iterator[Place]:
    for line in _PLACES.strip().splitlines():
        key, _, rest = line.partition(": ")
        for entry in rest.split("; "):
            name, lat, lon, people, kind = entry.rsplit(maxsplit=4)
            yield Place(name, key, float(lat), float(lon), int(people), kind)
