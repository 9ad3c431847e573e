"""Checks that the sample files are what the publishers of their formats describe.

    pip install -r requirements.txt && python check.py

The samples are written by the tests of core/src/playlist/formats (PMSL_WRITE_GOLDENS=1). They hold four entries, the
last of which is the first again, with names chosen to break files. The schemas here are our reading of the published
descriptions, which they cite; that they can refuse is shown by changing each file in ways that are wrong.
"""

import csv
import json
import pathlib
import re
import urllib.parse

from lxml import etree

FOLDER = pathlib.Path(__file__).parent
PATH = "Dub & Techno/01 Night Drive #1 (100% Ána).flac"
ENTRIES = 4


def read(name):
    return (FOLDER / name).read_bytes().decode()


def schema(name):
    return etree.RelaxNG(etree.parse(FOLDER / name))


def rekordbox(text):
    """Raises where the text is no file for rekordbox."""
    root = etree.fromstring(text.encode())
    schema("rekordbox.rng").assertValid(root)
    tracks = root.findall("COLLECTION/TRACK")
    assert int(root.find("COLLECTION").get("Entries")) == len(tracks)
    ids = [track.get("TrackID") for track in tracks]
    assert len(set(ids)) == len(ids)
    locations = [track.get("Location") for track in tracks]
    assert len(set(locations)) == len(locations)
    folder = root.find("PLAYLISTS/NODE")
    lists = folder.findall("NODE")
    assert int(folder.get("Count")) == len(lists) == 1
    keys = [track.get("Key") for track in lists[0]]
    assert int(lists[0].get("Entries")) == len(keys) == ENTRIES
    assert set(keys) == set(ids) and keys[0] == keys[-1]
    assert urllib.parse.unquote(locations[0]) == "file://localhost/D:/My Music/" + PATH


def xspf(text):
    """Raises where the text is no XSPF."""
    root = etree.fromstring(text.encode())
    schema("xspf.rng").assertValid(root)
    locations = root.findall("{*}trackList/{*}track/{*}location")
    assert len(locations) == ENTRIES
    assert urllib.parse.unquote(locations[0].text) == "file:///D:/My Music/" + PATH


def jspf(text):
    """Raises where the text is no JSPF: https://www.xspf.org/jspf shows it by an example."""
    playlist = json.loads(text)["playlist"]
    types = {"title": str, "creator": str, "album": str, "duration": int, "location": list}
    assert set(playlist) <= {"title", "creator", "track"} and len(playlist["track"]) == ENTRIES
    for track in playlist["track"]:
        assert all(type(value) is types[name] for name, value in track.items())
        assert all(re.fullmatch(r"([A-Za-z0-9._~:/-]|%[0-9A-F]{2})+", uri) for uri in track["location"])
    assert urllib.parse.unquote(playlist["track"][0]["location"][0]) == "file:///D:/My Music/" + PATH


def own_json(text):
    """Raises where the text is not what docs/playlist-files.md describes."""
    playlist = json.loads(text)
    assert (playlist["format"], playlist["version"], len(playlist["tracks"])) == ("pmsl-playlist", 1, ENTRIES)
    types = {
        "title": str, "artist": str, "album": str, "sub_genre": str, "year": int, "bpm": float, "key": str,
        "duration_s": float, "path": str, "id": str,
    }
    for track in playlist["tracks"]:
        assert {"title", "id"} <= set(track)
        assert all(type(value) is types[name] for name, value in track.items())
        assert re.fullmatch(r"[0-9A-Za-z_-]{11}", track["id"])
    # Names are kept letter for letter.
    assert playlist["tracks"][1]["title"] == "=SUM(1;2)\r\n#EXTINF:1,]]>"
    assert playlist["tracks"][0]["path"] == PATH


def table(text):
    """Raises where the text is no RFC 4180, or a spreadsheet would find a formula in it."""
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    lines = text.removeprefix("\ufeff").removesuffix("\r\n").split("\r\n")
    assert not any(re.search("[\r\n]", line) for line in lines)
    rows = list(csv.reader(lines, strict=True))
    assert len(rows) == 1 + ENTRIES and {len(row) for row in rows} == {10}
    assert not any(cell[:1] in tuple("=+-@\t\r\n＝＋－＠") and cell for row in rows for cell in row)
    assert rows[1][9] == "D:/My Music/" + PATH


def m3u8(text):
    """Raises where the text is no extended M3U: a line about each entry, and one that says where it is."""
    lines = text.removesuffix("\n").split("\n")
    assert lines[0] == "#EXTM3U" and lines[1].startswith("#PLAYLIST:") and len(lines) == 2 + 2 * ENTRIES
    for about, entry in zip(lines[2::2], lines[3::2]):
        assert re.fullmatch(r"#EXTINF:(-1|\d+),.+", about) and not entry.startswith("#")
    assert lines[3] == "D:/My Music/" + PATH


CHECKS = {
    "sample.xml": (rekordbox, [
        ("Version=\"1.0.0\"", "Version=\"1\""), ("TrackID=\"2\"", "TrackID=\"1\""), ("Key=\"2\"", "Key=\"9\""),
        ("128.00", "128"), ("file://localhost/D:", "D:"), ("%20", " "), ("KeyType=\"0\"", ""),
        ("Type=\"1\"", "Type=\"0\""), ("Entries=\"3\"", "Entries=\"4\""), ("&amp;", "&"), ("<PRODUCT", "<x"),
    ]),
    "sample.xspf": (xspf, [
        ("version=\"1\" ", ""), ("http://xspf.org/ns/0/", ""), ("<duration>", "<duration>-"), ("%20", " "),
        ("<album>", "<title></title><album>"), ("&lt;", "<"), ("trackList>", "tracks>"),
    ]),
    "sample.jspf": (jspf, [("%20", " "), ("\"duration\":", "\"length\":"), (",\n", "\n"), ("\\\\", "\\")]),
    "sample.json": (own_json, [("\"version\":1", "\"version\":2"), ("\"id\":\"", "\"id\":\" "), ("\\u000D", "")]),
    "sample.csv": (table, [("\"'=", "\"="), ("\"\"", "\""), ("\r\n", "\n"), (",\"House\"", "")]),
    "sample.m3u8": (m3u8, [("#EXTM3U\n", ""), ("\nD:", "\n#D:"), ("#EXTINF:-1,", "#EXTINF:,")]),
}

for name, (check, wrongs) in CHECKS.items():
    text = read(name)
    check(text)
    for right, wrong in wrongs:
        assert right in text, right
        try:
            check(text.replace(right, wrong))
        except (AssertionError, etree.LxmlError, ValueError, KeyError, csv.Error, AttributeError, TypeError):
            continue
        raise SystemExit(f"{name}: {wrong!r} in place of {right!r} is not noticed")
    print(f"{name}: right, and {len(wrongs)} wrong ones refused")
