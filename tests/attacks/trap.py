"""What is planted outside of a box, and notes whatever reaches it."""

import os
import secrets
import selectors
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from grader.sandbox.box import INSIDE

RUBRIC = Path(__file__).parents[2] / "rubrics" / "batch-normalization.yaml"
VARIABLE = "GRADER_ATTACK_SECRET"
STRAGGLERS_SECONDS = 5.0  # that the kernel may take to bury what was killed


class Trap:
    """Files, sockets and a secret of the grader's, for the time of one attack.

    Attributes:
        token: in the command line of everything that an attack starts; nothing may be left that carries it.
        secret: the value of an environment variable of the grader's process.
        later: a word in the last cell of a notebook, which no earlier cell may learn.
        contacts: what reached a socket, in words.
        data: the folder of data sets that the box is served.
        served: the names of what lies in it.
    """

    def __init__(self) -> None:
        self.token = f"grader-attack-{secrets.token_hex(8)}"
        self.secret = secrets.token_hex(16)
        self.later = f"later-{secrets.token_hex(16)}"
        self.contacts: list[str] = []
        self.served: set[str] = set()
        self.folder = Path(tempfile.mkdtemp(prefix="attacked-"))
        self.data = self.folder / "data"
        self.temporary = self.folder / "temporary"
        self.canary = self.folder / "outside" / f"canary-{self.token}"
        self.submission = self.folder / "outside" / f"{self.token}-somebody-else.ipynb"
        self.touched = self.folder / "outside" / f"touched-{self.token}"
        self._sockets: list[tuple[str, socket.socket]] = []
        self._ended = threading.Event()
        self._before: tuple[str | None, str | None] = (None, None)

    def __enter__(self) -> "Trap":
        self.folder.chmod(0o755)
        for each in (self.data, self.temporary, self.canary.parent):
            each.mkdir(mode=0o755)
        self.canary.parent.chmod(0o777)  # even where the file's own permissions would allow it
        for path, content in ((self.canary, self.secret), (self.submission, f'{{"cells": ["{self.secret}"]}}')):
            path.write_text(content)
            path.chmod(0o666)
        self._before = (os.environ.get(VARIABLE), tempfile.tempdir)
        os.environ[VARIABLE] = self.secret
        tempfile.tempdir = str(self.temporary)
        self._listen()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
        self._watching.join()
        for _, each in self._sockets:
            each.close()
        variable, tempfile.tempdir = self._before
        os.environ.pop(VARIABLE)
        if variable is not None:
            os.environ[VARIABLE] = variable
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def names(self) -> Mapping[str, str]:
        """What stands in cells as ``{name}``. Secrets are not among them: a cell must not bring them along."""
        return {
            "canary": str(self.canary),
            "outside": str(self.canary.parent),
            "submission": str(self.submission),
            "touched": str(self.touched),
            "rubric": str(RUBRIC),
            "data": str(self.data),
            "inside": str(INSIDE),
            "temporary": str(self.temporary),
            "token": self.token,
            "later": self.later,
            "grader": str(os.getpid()),
            "abstract": self.token,
            "path_socket": str(self.canary.parent / "socket"),
            **{f"{kind}_port": str(self._port(kind)) for kind in ("tcp", "udp")},
        }

    def sprung(self) -> list[str]:
        """What an attack has reached; empty when it reached nothing."""
        found = list(self.contacts)
        expected = {self.canary.name, self.submission.name, "socket", "datagrams"}
        if self.canary.read_text() != self.secret:
            found.append("the canary was changed")
        strangers = {path.name for path in self.canary.parent.iterdir()} - expected
        found += [f"outside stands a new file {name}" for name in sorted(strangers)]
        if {path.name for path in self.data.iterdir()} != self.served:
            found.append("something was written to the data sets")
        if left := [path.name for path in self.temporary.iterdir()]:
            found.append(f"temporary files were left: {left}")
        return [*found, *self._survivors()]

    def _survivors(self) -> list[str]:
        until = time.monotonic() + STRAGGLERS_SECONDS
        while (alive := _carrying(self.token)) and time.monotonic() < until:
            time.sleep(0.05)
        return [f"a process survived: {line}" for line in alive]

    def _port(self, kind: str) -> int:
        port: int = next(each.getsockname()[1] for name, each in self._sockets if name == f"{kind} port")
        return port

    def _listen(self) -> None:
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        here = str(self.canary.parent)
        for name, family, kind, address in (
            ("tcp port", socket.AF_INET, stream, ("127.0.0.1", 0)),
            ("udp port", socket.AF_INET, datagram, ("127.0.0.1", 0)),
            ("abstract socket", socket.AF_UNIX, stream, f"\0{self.token}"),
            ("abstract datagram socket", socket.AF_UNIX, datagram, f"\0{self.token}-datagrams"),
            ("socket in a folder", socket.AF_UNIX, stream, f"{here}/socket"),
            ("datagram socket in a folder", socket.AF_UNIX, datagram, f"{here}/datagrams"),
        ):
            each = socket.socket(family, kind)
            self._sockets.append((name, each))
            each.bind(address)
            if kind == stream:
                each.listen()
            each.setblocking(False)
        for name in ("socket", "datagrams"):
            Path(here, name).chmod(0o777)
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            for name, each in self._sockets:
                selector.register(each, selectors.EVENT_READ, name)
            while not self._ended.is_set():
                for key, _ in selector.select(0.1):
                    self.contacts.append(f"somebody spoke to the {key.data}")
                    selector.unregister(key.fileobj)


def _carrying(token: str) -> list[str]:
    """The command lines that hold a token."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if token.encode() in line:
            found.append(line.replace(b"\0", b" ").decode(errors="replace")[:200])
    return found
