"""The kernel as it was before the first cell, and what in it has come to belong to the notebook since."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import Any

from ._integrity_origin import Origin, bare, called, standing

Finding = tuple[str, str]
"""A kind of tampering, and a sentence."""

HOOK = "kernel hook"
REPLACED = "replaced function"
METHODS = {
    "shell": (
        "run_cell",
        "run_cell_async",
        "_run_cell",
        "run_ast_nodes",
        "run_code",
        "transform_cell",
        "showtraceback",
    ),
    "kernel": (
        *("do_execute", "execute_request", "dispatch_shell", "dispatch_control", "send_response"),
        *("_publish_execute_input", "_publish_status", "_publish_status_and_flush"),
    ),
    "session": ("send", "send_raw", "serialize", "sign", "msg", "msg_header"),
    "iopub": ("send_multipart", "schedule", "_really_send"),
    "displays": ("publish",),
}
OBJECTS = {
    "shell": ("kernel", "compile", "events", "display_pub", "displayhook"),
    "kernel": ("shell", "session", "iopub_socket", "iopub_thread", "shell_handlers", "control_handlers"),
}
BUILTINS = (
    *("__import__", "__build_class__", "open", "print", "exec", "eval", "compile", "isinstance", "issubclass"),
    *("getattr", "setattr", "type", "object", "super", "sum", "len", "round", "max", "min", "float", "int", "id"),
)


class Kernel:
    """Compares the kernel and the interpreter with what they were when this was made."""

    def __init__(self, shell: Any, origin: Origin) -> None:
        self.shell = shell
        self.origin = origin
        kernel = shell.kernel
        self._owners = {
            "shell": shell,
            "kernel": kernel,
            "session": kernel.session,
            "iopub": getattr(kernel, "iopub_thread", None),
            "displays": shell.display_pub,
        }
        self._methods = [
            (part, name, standing(self._owners[part], name)) for part, names in METHODS.items() for name in names
        ]
        self._objects = [
            (part, name, getattr(self._owners[part], name, None)) for part, names in OBJECTS.items() for name in names
        ]
        self._answering = {id(handler) for handler in self._handlers()}
        self._builtins = {name: getattr(builtins, name) for name in BUILTINS}

    def findings(self) -> Iterator[Finding]:
        """Everything that is not as it was and not a library's doing."""
        yield from self._replaced()
        yield from self._registered()
        yield from self._interpreter()

    def _replaced(self) -> Iterator[Finding]:
        for part, name, before in self._methods:
            if before is not None and self._is_odd(now := standing(self._owners[part], name), before):
                yield HOOK, f"The kernel's function {part}.{name} was replaced ({called(now)})."
        for part, name, before in self._objects:
            if before is not None and self._is_odd(now := getattr(self._owners[part], name, None), before):
                yield HOOK, f"The kernel's object {part}.{name} was replaced ({called(now)})."
        for handler in self._handlers():
            if id(handler) not in self._answering and self.origin.is_notebook(handler):
                yield HOOK, f"A function of the notebook ({called(handler)}) answers the kernel's messages."

    def _is_odd(self, now: Any, before: Any) -> bool:
        return bare(now) is not bare(before) and not self.origin.is_library(now)

    def _handlers(self) -> list[Any]:
        kernel = self._owners["kernel"]
        tables = (getattr(kernel, "shell_handlers", {}), getattr(kernel, "control_handlers", {}))
        return [handler for table in tables for handler in list(table.values())]

    def _registered(self) -> Iterator[Finding]:
        for what, functions in self._hooks():
            for function in functions:
                if self.origin.is_notebook(function):
                    yield HOOK, f"A function of the notebook ({called(function)}) was registered as {what}."

    def _hooks(self) -> Iterator[tuple[str, list[Any]]]:
        manager = self.shell.input_transformer_manager
        for name in ("cleanup_transforms", "line_transforms", "token_transformers"):
            yield "a transformation of the source of cells", list(getattr(manager, name, ()))
        yield "a transformation of the source of cells", list(self.shell.input_transformers_post)
        yield "a transformation of the code of cells", list(self.shell.ast_transformers)
        for event, functions in list(self.shell.events.callbacks.items()):
            yield f"a hook on cells ({event})", list(functions)
        yield "a hook on outputs", list(getattr(self.shell.display_pub, "_hooks", ()))
        yield "a hook on imports", [*sys.meta_path, *sys.path_hooks]

    def _interpreter(self) -> Iterator[Finding]:
        for name, before in self._builtins.items():
            if self._is_odd(now := getattr(builtins, name, None), before):
                yield REPLACED, f"Python's own function {name} was replaced ({called(now)})."
        for name, hook in (("settrace", sys.gettrace()), ("setprofile", sys.getprofile())):
            if hook is not None and self.origin.is_notebook(hook):
                yield HOOK, f"A function of the notebook ({called(hook)}) follows every step of the program ({name})."
