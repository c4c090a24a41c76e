"""Images from a notebook, decoded and encoded again: only pixels survive, and not too many of them."""

import base64
import binascii
import io

from PIL import Image

ENCODED_LIMIT = 12_000_000
"""Characters of base64 that are looked at at all."""

PIXEL_LIMIT = 24_000_000
"""Pixels of an image before it is decoded: a small file can unfold to gigabytes."""

LONGEST_SIDE = 1_400
"""Pixels of the longer side of an image in a report."""


def reencoded(encoded: str) -> str:
    """A base64-encoded image as a PNG ``data:`` URI, or ``""`` when it is no image or too large."""
    if len(encoded) > ENCODED_LIMIT:
        return ""
    try:
        png = _png(base64.b64decode(encoded, validate=False))
    except (binascii.Error, ValueError):
        return ""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}" if png else ""


def _png(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > PIXEL_LIMIT or not image.width or not image.height:
                return b""
            pixels = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
            pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            clean = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())  # leaves all metadata behind
            stream = io.BytesIO()
            clean.save(stream, format="PNG")
            return stream.getvalue()
    except Exception:  # noqa: BLE001 - a decoder fed by a stranger may raise anything
        return b""
