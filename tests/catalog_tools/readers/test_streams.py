"""One key for one programme, whatever the server, the bitrate and the session."""

import pytest

from catalog_tools.readers.streams import same_address, stream_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://ice2.somafm.com/covers-128-mp3", "http://ice5.somafm.com/covers-256-mp3?x=1"),
        ("http://stream.laut.fm/stereo", "https://stereo.stream.laut.fm/stereo?t302=2021-12-21&uuid=ae8d"),
        ("http://s7.viastreaming.net:8285/", "http://s7.viastreaming.net:8285/;stream.mp3"),
        ("https://n26b-e2.revma.ihrhls.com/zc905?rj-ttl=5", "https://stream.revma.ihrhls.com/zc905/hls.m3u8"),
        (
            "https://playerservices.streamtheworld.com/api/livestream-redirect/WGKXFMAAC.aac",
            "https://24373.live.streamtheworld.com:443/WGKXFM_SC",
        ),
        (
            "https://st01.sslstream.dlf.de/dlf/01/128/mp3/stream.mp3",
            "https://st01.sslstream.dlf.de/dlf/01/low/aac",
        ),
    ],
)
def test_one_programme_has_one_key(one, other):
    assert stream_key(one) == stream_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "http://tx.sharp-stream.com/icecast.php?i=bfbs1.mp3",
            "http://tx.sharp-stream.com/icecast.php?i=bfbs2.mp3",
        ),
        ("http://nr7.newradio.it:9361/stream", "http://nr7.newradio.it:9375/stream"),
        ("http://media-the.musicradio.com/ClassicFMMP3", "http://media-the.musicradio.com/ClassicFM-M-Relax"),
        ("https://st01.sslstream.dlf.de/dlf/01/low/aac", "https://st03.sslstream.dlf.de/dlf/03/low/aac"),
        ("https://streaming.nrjaudio.fm/ou2nwdpw5hs7", "https://streaming.nrjaudio.fm/ouou7nfibkyn"),
    ],
)
def test_two_programmes_have_two_keys(one, other):
    assert stream_key(one) != stream_key(other)


def test_what_is_no_address_has_no_key():
    assert stream_key("") == stream_key("none") == ""


def test_sessions_make_no_new_address():
    assert same_address("http://a.example/x?rj-tok=1") == same_address("https://a.example/x?rj-tok=2")
    assert same_address("http://a.example/x?mount=1") != same_address("http://a.example/x?mount=2")
