"""The client of the kernel: nbclient, keeping no more output than a report can show."""

from __future__ import annotations

import asyncio
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

MOST_MESSAGES = 20_000  # with output, of one cell
SHOWN = frozenset({"stream", "display_data", "execute_result", "error", "update_display_data"})


class Client(NotebookClient):
    """Counts what the kernel puts out and drops what is too much.

    nbclient's own joining of streams is switched off: the time that takes grows with the square of a line's length,
    and one long line would hold up every timer here.

    Attributes:
        flooded: set once the whole notebook has put out more than it may.
        reply: what the kernel answered about the running cell; ``None`` until it did.
    """

    flooded: asyncio.Event
    reply: dict[str, Any] | None = None
    _all_left = 0
    _cell_left = 0
    _messages_left = 0

    def allow(self, characters: int) -> None:
        """Say how much the whole notebook may put out."""
        self.flooded = asyncio.Event()
        self._whole = self._all_left = characters
        self.on_cell_executed = self._keep_reply

    def next_cell(self) -> None:
        """A cell begins; it may keep a quarter of all output."""
        self.reply = None
        self._cell_left = self._whole // 4
        self._messages_left = MOST_MESSAGES

    @property
    def cut(self) -> bool:
        """Whether output of the running cell was dropped."""
        return min(self._cell_left, self._messages_left) < 0

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Cut outputs down to the limits before they take memory; widgets are not kept at all."""
        kind = msg["msg_type"]
        if kind.startswith("comm"):
            return None
        if kind in SHOWN and not self._fits(msg["content"]):
            return None
        return super().process_message(msg, cell, cell_index)

    def _keep_reply(self, *, execute_reply: dict[str, Any], **_which: Any) -> None:
        self.reply = execute_reply

    def _fits(self, content: dict[str, Any]) -> bool:
        size = _size(content)
        self._all_left -= size
        self._messages_left -= 1
        if self._all_left < 0:
            self.flooded.set()
        text = content.get("text")
        room = self._cell_left
        self._cell_left -= size
        if self._messages_left < 0 or room <= 0:
            return False
        if isinstance(text, str):
            content["text"] = text[:room]
        return isinstance(text, str) or size <= room


def _size(value: Any) -> int:
    """Characters of a message's content, as they would be kept; at least one."""
    if isinstance(value, dict):
        return 1 + sum(_size(each) for each in value.values())
    if isinstance(value, list):
        return 1 + sum(_size(each) for each in value)
    return len(value) if isinstance(value, str) else 1
