"""One key for the addresses under which one stream is offered.

    stream_key("https://ice2.somafm.com/covers-128-mp3") == stream_key("http://ice5.somafm.com/covers-256-mp3?x=1")

Bitrate, codec and quality, session data and numbered servers of large hosts are left out; what tells one
programme from another stays. The key says "the same audio"; it is never enough to call two names one station.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

__all__ = ["same_address", "stream_key"]

# Hosts that offer one programme under many server names: pattern on host and path -> key.
_PROVIDERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:[\w-]+\.)?stream\.laut\.fm/([^/?]+)"), "laut.fm/{}"),
    (re.compile(r"^(?:[\w-]+\.)*(?:ihrhls|revma)\.com/(zc\d+)"), "ihrhls/{}"),
    (
        re.compile(
            r"(?:^|[\w-]+\.)streamtheworld\.com(?::\d+)?/(?:api/livestream-redirect/)?([A-Za-z0-9_]+)"
        ),
        "stw/{}",
    ),
    (re.compile(r"^ice\d*\.somafm\.com/([\w]+)"), "somafm/{}"),
    (re.compile(r"^(?:[\w-]+\.)?rndfnk\.com/(.+)"), "rndfnk/{}"),
    (re.compile(r"^s\d+-webradio\.([\w.]+/.+)"), "{}"),
    (re.compile(r"^(?:ice|media|live|vis)[\w-]*\.musicradio\.com/([\w-]+)"), "musicradio/{}"),
    (re.compile(r"^(?:[\w-]+\.)securenetsystems\.net/(\w+)"), "securenet/{}"),
    (re.compile(r"^(?:[\w-]+\.)*live365\.com/(\w+)"), "live365/{}"),
    (re.compile(r"^(?:[\w-]+\.)*flumotion\.com/(.+)"), "flumotion/{}"),
    (re.compile(r"^st\d+\.(?:ssl)?stream\.dlf\.de/(.+)"), "dlf/{}"),
    (re.compile(r"^(?:[\w-]+)\.streamabc\.net/([\w-]+?)(?:-\d{6,})?$"), "streamabc/{}"),
    (re.compile(r"^icecast\.radiofrance\.fr/(.+)"), "radiofrance/{}"),
    (re.compile(r"^(?:[\w-]+\.)?zeno\.fm/(?:radio/)?(\w+)"), "zeno/{}"),
)
_NOISE = re.compile(
    r"(?<![a-z0-9])(?:(?:16|24|32|40|48|56|64|72|80|96|112|128|144|160|192|224|256|320|500)k?(?:bps|b)?|"
    r"(?:aac|aacp|aacplus|mp3|ogg|opus|flac|hls|vorbis|he|m3u8?|pls|nsv|asx|xspf|icecast|audio|index|playlist|master|"
    r"main|chunklist|manifest|isml|hifi|midfi|lofi|high|mid|low|hq|lq|hd|sd|stream|listen|live|livestream|play))"
    r"(?![a-z0-9])"
)
_MOUNT_CODEC = re.compile(r"(?<=\w)(?:aac|mp3|_sc|_s01)+(?:_sc)?$")
_IDENTIFYING = re.compile(
    r"(?i)^(?:i|id|station|stationid|sid|mp|mount|m|s|channel|ch|stream|dial|c|station_id|kanal|radio|url|u|file|src|name)$"
)


def stream_key(url: str) -> str:
    """The key of a stream address; "" for text that is no address."""
    parts = urlsplit(url.strip())
    if not parts.netloc:
        return ""
    where = (parts.netloc + parts.path).rstrip("/;").lower()
    for pattern, key in _PROVIDERS:
        match = pattern.search(where)
        if match:
            mount = _MOUNT_CODEC.sub("", match.group(1))
            return key.format(_without_noise(mount) or mount)
    path = _without_noise(parts.path.lower())
    port = f":{parts.port}" if _port(parts.netloc) else ""
    host = (parts.hostname or "") + port
    return "/".join(part for part in (host, path, _identifying_query(parts.query)) if part)


def same_address(url: str) -> str:
    """The address without scheme and session data: equal for two copies of one address."""
    parts = urlsplit(url.strip())
    return f"{parts.netloc.lower()}{parts.path}?{_identifying_query(parts.query)}"


def _port(netloc: str) -> str:
    port = netloc.rpartition(":")[2] if ":" in netloc else ""
    return "" if port in ("80", "443") else port


def _without_noise(path: str) -> str:
    bare = re.sub(r"/;.*$", "", path)
    return "/".join(part for part in re.split(r"[^a-z0-9]+", _NOISE.sub(" ", bare)) if part)


def _identifying_query(query: str) -> str:
    """The parameters that choose a programme ("mount=/x"), without sessions, players and time stamps."""
    if "=" not in query:
        return ""
    chosen = [
        (key.lower(), _without_noise(value.lower()))
        for key, value in parse_qsl(query)
        if _IDENTIFYING.match(key)
    ]
    return "&".join(f"{key}={value}" for key, value in sorted(chosen) if value)
