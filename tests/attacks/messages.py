"""Messages that the notebook writes itself: to the grader, to the worker, in the kernel's name."""

from tests.attacks.attack import Attack, cell
from tests.attacks.believing import BROKEN, RAN, every_cell_was_run, not_believed, order_is_kept

ATTACKS = (
    Attack(
        name="forged messages on the worker's descriptors",
        must_not="the notebook writes to the pipe that leads to the grader",
        cells=(
            cell("""
            import glob, json, os
            lines = [{"type": "notes", "notes": ["forged"]}, {"type": "end", "outcome": "finished", "reason": "forged"}]
            text = "".join(json.dumps(line) + "\\n" for line in lines)
            opened = []
            for path in {f"/proc/{os.getppid()}/fd/{n}" for n in range(64)} | set(glob.glob("/proc/*/fd/*")):
                if path.startswith((f"/proc/{os.getpid()}/", "/proc/self/", "/proc/thread-self/")):
                    continue
                try:
                    number = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
                    os.write(number, text.encode())
                    opened.append(path)
                except OSError:
                    pass
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
                        os.write(number, text.encode())
                except OSError:
                    pass
            print("ESCAPED" if opened else "REFUSED", opened)
            """),
        ),
        verdict=not_believed,
    ),
    Attack(
        name="forged replies",
        must_not="a cell counts as executed that never ran, or the run ends early",
        cells=(
            cell("""
            kernel = get_ipython().kernel
            parent = kernel.get_parent("shell")
            for _ in range(3):
                kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
                kernel.session.send(kernel.shell_stream if hasattr(kernel, "shell_stream") else kernel.iopub_socket,
                    "execute_reply", {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}},
                    parent=parent)
                kernel.session.send(kernel.iopub_socket, "execute_reply", {"status": "ok"}, parent=parent)
            """),
            "print('second')",
            "print('the last cell ran')",
        ),
        verdict=every_cell_was_run,
        ends=RAN,
    ),
    Attack(
        name="malformed messages",
        must_not="messages that are none bring the worker down",
        cells=(
            cell("""
            kernel = get_ipython().kernel
            parent = kernel.get_parent("shell")
            for kind, content in (
                ("stream", {"name": 5, "text": {"a": [1]}}),
                ("stream", {}),
                ("stream", {"name": "stdout", "text": None}),
                ("display_data", {"data": [1], "metadata": 5}),
                ("display_data", {"data": {"text/plain": {"a": 1}, "image/png": [1, 2]}, "metadata": {}}),
                ("update_display_data", {"data": {}, "metadata": {}, "transient": {"display_id": "nobody"}}),
                ("execute_result", {"data": {"text/plain": ["a", 1, None]}, "metadata": None, "execution_count": "x"}),
                ("error", {"ename": 5, "evalue": None, "traceback": "abc"}),
                ("clear_output", {}),
                ("execute_input", {"code": 5, "execution_count": -1}),
                ("nonsense", {"a": "b"}),
                ("comm_open", {"comm_id": None, "data": {"state": {}, "buffer_paths": [["a", "b"]]}}),
                ("comm_msg", {"data": {"state": {"outputs": [5]}}}),
            ):
                kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
            """),
            "print('next')",
        ),
        verdict=order_is_kept,
        ends=BROKEN,
    ),
    Attack(
        name="raw bytes instead of messages",
        must_not="bytes that are no message bring the worker down",
        cells=(
            cell("""
            import os
            socket = get_ipython().kernel.iopub_socket
            for parts in ([b""], [b"x"] * 50, [b"<IDS|MSG>"], [b"<IDS|MSG>", b"sig", b"{", b"}", b"[", b"\\xff"], [os.urandom(5000)]):
                try:
                    socket.send_multipart(parts)
                except Exception as error:
                    print(error)
            """),
            "print('next')",
        ),
        verdict=order_is_kept,
        ends=BROKEN,
        limits={"cell_seconds": 5.0},
    ),
)
