"""Cleaning takes off what is not said, and never all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_tools.language.names import clean_name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("BBC Radio 6 Music (128k)", "BBC Radio 6 Music"),
        ("SomaFM Lush (AAC+ 48k)", "SomaFM Lush"),
        ("Radio München 256kb", "Radio München"),
        ("Technofm 320 Kbit", "Technofm"),
        ("RADIO BOB! 2000er Rock [64 kbit/s AAC]", "RADIO BOB! 2000er Rock"),
        ("Radio Universitaria León (320)", "Radio Universitaria León"),
        ("90s90s Rock (HLS)", "90s90s Rock"),
        ("RadioSEGA (HE-AAC v2)", "RadioSEGA"),
        ("Futura FM (HD OGG)", "Futura FM"),
        ("FIP Hifiaac", "FIP"),
        ("Radio Studio Più - HQ", "Radio Studio Più"),
        ("SER - Segovia (20241023)", "SER - Segovia"),
        ("SER - Henares 20241023", "SER - Henares"),
        ("[REE] Radio Exterior de España", "Radio Exterior de España"),
        ("Deutschlandfunk Kultur | DLF | AAC 48k", "Deutschlandfunk Kultur"),
        ("AkroRadio - www.akroradio.com", "AkroRadio"),
        ("* COUNTRY || Country Pop, Country Rock", "COUNTRY"),
        ("📻 Reccord  Latina", "Reccord Latina"),
        ("__SALSA__ by rautemusik (rm.fm)", "SALSA by rautemusik"),
        ("80s Channel (Star 104 / Radiostorm", "80s Channel Star 104 / Radiostorm"),
        ("1Mix Radio - Trance #1 UK 32Kb Aac+", "1Mix Radio - Trance #1 UK"),
    ],
)
def test_noise_is_taken_off(raw, clean):
    assert clean_name(raw) == clean


@pytest.mark.parametrize(
    "name",
    [
        "Cadena SER +",
        "+Buena FM",
        "Radio 105 2K & More",
        "90.7 K-LOVE",
        "WKKO 99.9 K 100",
        "Opus 94 94.5 XHIMER",
        "Radio Isaac",
        "Radio 1000",
        "LOS40",
        "NDR 2 (Mecklenburg-Vorpommern)",
        "Africa N°1",
        "#1 Splash Love",
        ".977 Jamz",
        "إذاعة الشرق",
    ],
)
def test_names_stay(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "raw", ["MP3", "(128k)", "https://uk2.streamingpulse.com/ssl/bzr", "🕺", "#OO", "[aac]"]
)
def test_a_name_of_noise_alone_stays_a_name(raw):
    assert clean_name(raw)


@given(st.text(min_size=1).filter(str.strip))
def test_any_text_gives_a_name_in_one_line(raw):
    name = clean_name(raw)
    assert name and name == name.strip() and "\n" not in name
