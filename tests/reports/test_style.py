"""The colours of every page can be read, by light and in the dark (WCAG 2.2, 1.4.3: contrast of 4.5 for text)."""

import re

import pytest

ON_PAPER = ("ink", "soft", "link", "met", "partial", "unmet", "none", "plain", "normalized")
ON_CARD = ("ink", "soft", "link", "keyword", "string", "comment", "number", "name")
PAIRS = (
    *((name, ground) for name in ON_PAPER for ground in ("paper", "card")),
    *((name, "card") for name in ON_CARD),
    *(("soft", ground) for ground in ("sunken",)),
    *((name, f"{name}-tint") for name in ("met", "partial", "unmet", "none", "normalized")),
    *((name, "cited") for name in ("ink", "keyword", "string", "comment", "number", "name")),
)


@pytest.fixture(scope="module")
def palettes(templates):
    css = (templates / "_style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    assert dark.keys() == light.keys()
    return {"light": light, "dark": dark}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), dict.fromkeys(PAIRS))
def test_text_stands_out_from_its_ground(text, ground, scheme, palettes):
    one, other = (luminance(palettes[scheme][name]) for name in (text, ground))
    assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, as WCAG defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
