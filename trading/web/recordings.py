"""Photos and recordings of phones, told by how they begin: name and declared type are not believed.

A resident says with them what is hard to type.
"""

from __future__ import annotations

from trading.base.errors import InvalidInput

BYTES_MAX = 10 * 1024 * 1024
_MAGIC = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\x1a\x45\xdf\xa3", 0, "audio/webm"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"#!AMR", 0, "audio/amr"),
    (b"WAVE", 8, "audio/wav"),
    (b"ftyp", 4, "audio/mp4"),
)


def media_type(content: bytes, field: str) -> str:
    """Return what a ``photo`` or a ``voice`` is; raise ``InvalidInput`` if no phone makes such."""
    wanted = "image/" if field == "photo" else "audio/"
    for magic, at, kind in _MAGIC:
        if content[at : at + len(magic)] == magic and kind.startswith(wanted):
            return kind
    raise InvalidInput("neither a photo nor a recording", field=field)
