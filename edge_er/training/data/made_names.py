"""Made catalogs: people to call, and rooms and devices of homes, in five languages.

Nobody's address book or home is copied. People get a first name and a surname of different artists of the data folder;
rooms and devices are words that any home has, and devices are named after the room that they stand in.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence

__all__ = ["made_contacts", "made_devices", "made_rooms"]

ROOMS = {
    "de": "Küche|Bad|Gästebad|Schlafzimmer|Kinderzimmer|Wohnzimmer|Esszimmer|Büro|Flur|Keller|Dachboden|Garage|Garten|"
    "Terrasse|Balkon|Abstellraum|Waschküche|Wintergarten|Eingang|Gästezimmer|Treppenhaus|Arbeitszimmer|Hobbyraum|Sauna",
    "en": "Kitchen|Bathroom|Guest Bathroom|Bedroom|Kids Room|Living Room|Dining Room|Study|Hallway|Basement|Attic|"
    "Garage|Garden|Terrace|Balcony|Pantry|Laundry Room|Conservatory|Porch|Guest Room|Landing|Office|Playroom|Library",
    "es": "Cocina|Baño|Aseo|Dormitorio|Cuarto de los niños|Salón|Comedor|Despacho|Pasillo|Sótano|Buhardilla|Garaje|"
    "Jardín|Terraza|Balcón|Despensa|Lavadero|Galería|Recibidor|Habitación de invitados|Escalera|Estudio|Patio|"
    "Bodega",
    "fr": "Cuisine|Salle de bain|Toilettes|Chambre|Chambre des enfants|Salon|Salle à manger|Bureau|Couloir|Cave|"
    "Grenier|Garage|Jardin|Terrasse|Balcon|Cellier|Buanderie|Véranda|Entrée|Chambre d'amis|Escalier|Atelier|"
    "Cour|Mezzanine",
    "it": "Cucina|Bagno|Bagno degli ospiti|Camera da letto|Cameretta|Salotto|Sala da pranzo|Studio|Corridoio|Cantina|"
    "Soffitta|Garage|Giardino|Terrazza|Balcone|Dispensa|Lavanderia|Veranda|Ingresso|Camera degli ospiti|Scale|Ufficio|"
    "Cortile|Taverna",
}
DEVICES = {
    "de": "Licht|Deckenlampe|Stehlampe|Heizung|Rollladen|Steckdose|Ventilator|Fernseher|Fenster|Lautsprecher",
    "en": "Light|Ceiling Lamp|Floor Lamp|Heater|Blinds|Plug|Fan|TV|Window|Speaker",
    "es": "Luz|Lámpara de techo|Lámpara de pie|Radiador|Persiana|Enchufe|Ventilador|Televisor|Ventana|Altavoz",
    "fr": "Lumière|Plafonnier|Lampadaire|Radiateur|Volet|Prise|Ventilateur|Télévision|Fenêtre|Enceinte",
    "it": "Luce|Lampadario|Lampada da terra|Termosifone|Tapparella|Presa|Ventilatore|Televisore|Finestra|Altoparlante",
}
SINGLE_DEVICES = {
    "de": "Haustür|Thermostat|Waschmaschine|Geschirrspüler|Kaffeemaschine|Staubsauger|Alarmanlage|Rasenmäher|Drucker",
    "en": "Front Door|Thermostat|Washing Machine|Dishwasher|Coffee Maker|Vacuum|Alarm System|Lawn Mower|Printer",
    "es": "Puerta principal|Termostato|Lavadora|Lavavajillas|Cafetera|Aspiradora|Alarma|Cortacésped|Impresora",
    "fr": "Porte d'entrée|Thermostat|Lave-linge|Lave-vaisselle|Cafetière|Aspirateur|Alarme|Tondeuse|Imprimante",
    "it": "Porta d'ingresso|Termostato|Lavatrice|Lavastoviglie|Macchina del caffè|Aspirapolvere|Allarme|Tosaerba|"
    "Stampante",
}
OFTEN = 3  # artists that share a first name, or a surname, before it counts as one
TRIES = 20  # for each name that is wanted; few artists give few people
ONLY_FIRST = 0.1  # of the people have a first name alone


def made_rooms(lang: str, count: int, rng: random.Random) -> list[str]:
    """Names of `count` rooms of a home, or of all that the language has."""
    rooms = ROOMS[lang].split("|")
    return rng.sample(rooms, min(count, len(rooms)))


def made_devices(lang: str, count: int, rng: random.Random) -> list[str]:
    """Names of `count` devices of a home: most after room and kind, some alone."""
    rooms = made_rooms(lang, 9, rng)
    pairs = [(room, device) for room in rooms for device in DEVICES[lang].split("|")]
    single = SINGLE_DEVICES[lang].split("|")
    room_first = rng.random() < 0.5 or lang == "en"
    named = [f"{room} {device}" if room_first else f"{device} {room}" for room, device in pairs]
    return [*single, *rng.sample(named, min(max(count - len(single), 0), len(named)))][:count]


def made_contacts(artists: Iterable[str], count: int, rng: random.Random) -> list[str]:
    """Names of `count` people: first names and surnames of artists, put together anew."""
    pairs = [words for name in artists if len(words := name.split()) == 2 and all(map(_is_name, words))]
    first, last = (_often(words[place] for words in pairs) for place in (0, 1))
    names: dict[str, None] = {}
    for _ in range(TRIES * count if first and last else 0):
        alone = rng.random() < ONLY_FIRST
        names[rng.choice(first) if alone else f"{rng.choice(first)} {rng.choice(last)}"] = None
        if len(names) == count:
            break
    return list(names)


def _is_name(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word.istitle()


def _often(words: Iterable[str]) -> Sequence[str]:
    """The words that occur often, each as often as it occurs, but at most ten times."""
    counts = Counter(words)
    return [word for word, count in sorted(counts.items()) if count >= OFTEN for _ in range(min(count, 10))]
