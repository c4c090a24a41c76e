"""Saved outputs: what a student's file claims was printed and drawn, bounded and without terminal codes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from grader.loaders._decoding import cleaned
from grader.submission import Output, OutputKind

MOST_OUTPUTS = 200
MOST_CHARACTERS = 100_000
MOST_IMAGE = 2_800_000  # characters of base64: an image of 2 MB

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_TEXTS = ("text/plain", "text/markdown", "text/latex")
_KINDS = {
    "display_data": OutputKind.DISPLAY,
    "execute_result": OutputKind.RESULT,
    "update_display_data": OutputKind.DISPLAY,
}


def saved_outputs(raw: object, note: set[str]) -> tuple[Output, ...]:
    """The outputs of one code cell, at most 200; what had to be left out is added to ``note``."""
    outputs: list[Output] = []
    for output in _each(raw if isinstance(raw, list) else [], note):
        if outputs and output.kind in {OutputKind.STDOUT, OutputKind.STDERR} and outputs[-1].kind is output.kind:
            outputs[-1] = replace(outputs[-1], text=outputs[-1].text + output.text)
        elif len(outputs) == MOST_OUTPUTS:
            note.add(f"Cells with more than {MOST_OUTPUTS} saved outputs were cut.")
            break
        else:
            outputs.append(output)
    return tuple(replace(output, text=_bounded(as_printed(output.text), note)) for output in outputs)


def as_printed(text: str) -> str:
    """The text as a terminal shows it in the end: no colours, progress bars in their last state."""
    text = _ANSI.sub("", text).replace("\r\n", "\n")
    if "\b" in text:
        text = _erased(text)
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return cleaned(text)


def joined(value: object) -> str:
    """Text that notebooks store as one string or as a list of lines; anything else is ``""``."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return ""


def _each(raw: list[Any], note: set[str]) -> Iterator[Output]:
    for item in raw:
        output = _output(item, note) if isinstance(item, dict) else None
        if output is None:
            note.add("Saved outputs of an unknown kind were left out.")
        else:
            yield output


def _output(item: Mapping[str, Any], note: set[str]) -> Output | None:
    kind = item.get("output_type")
    if kind == "stream":
        stream = OutputKind.STDERR if item.get("name") == "stderr" else OutputKind.STDOUT
        return Output(kind=stream, text=joined(item.get("text")))
    if kind == "error":
        return _error(item)
    data = item.get("data")
    if isinstance(kind, str) and kind in _KINDS and isinstance(data, dict):
        return Output(kind=_KINDS[kind], text=_text(data), png=_image(data, note))
    return None


def _error(item: Mapping[str, Any]) -> Output:
    lines = item.get("traceback")
    return Output(
        kind=OutputKind.ERROR,
        text="\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else joined(lines),
        error_name=as_printed(joined(item.get("ename")))[:200],
        error_value=as_printed(joined(item.get("evalue")))[:2000],
    )


def _text(data: Mapping[str, Any]) -> str:
    found = next((joined(data[kind]) for kind in _TEXTS if kind in data), "")
    return found or _Words.of(joined(data.get("text/html"))[: 4 * MOST_CHARACTERS])


def _image(data: Mapping[str, Any], note: set[str]) -> str | None:
    image = joined(data.get("image/png")) or joined(data.get("image/jpeg"))
    if len(image) > MOST_IMAGE:
        note.add("Saved images of more than 2 MB were left out.")
        return None
    return cleaned(image).replace("\n", "") or None


def _bounded(text: str, note: set[str]) -> str:
    """The beginning and the end: final results stand at the end of a log."""
    if len(text) <= MOST_CHARACTERS:
        return text
    note.add(f"Saved outputs of more than {MOST_CHARACTERS:,} characters were cut in the middle.")
    tail = MOST_CHARACTERS // 5
    left_out = len(text) - MOST_CHARACTERS
    return f"{text[: MOST_CHARACTERS - tail]}\n[… {left_out:,} characters left out …]\n{text[-tail:]}"


def _erased(text: str) -> str:
    kept: list[str] = []
    for character in text:
        if character != "\b":
            kept.append(character)
        elif kept and kept[-1] != "\n":
            kept.pop()
    return "".join(kept)


class _Words(HTMLParser):
    """The words of an HTML output that came without plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = False

    @classmethod
    def of(cls, markup: str) -> str:
        reader = cls()
        reader.feed(markup)
        return " ".join(" ".join(reader.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self.silent = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.silent = self.silent and tag not in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)
