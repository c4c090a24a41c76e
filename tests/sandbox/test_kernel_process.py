"""What a notebook's code can and cannot do in a kernel that a confined worker has started."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.sandbox.inside import landlock
from tests.sandbox.confined import INSIDE, need_landlock, need_seccomp, powerless, readable

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp exist on Linux only"),
]

WORKER = """
import json, os, sys
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
sys.path.insert(0, sys.argv[1])
from inside import confinement

policy, cells = json.load(sys.stdin)
confinement.confine(policy)
manager = KernelManager(transport="ipc", ip=os.getcwd() + "/ipc", connection_file=os.getcwd() + "/kernel.json")
manager._kernel_spec = KernelSpec(argv=confinement.kernel_command(policy), display_name="", language="python")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
for cell in cells:
    heard = []
    hook = lambda message: heard.append(message["content"].get("text") or "\\n".join(message["content"].get("traceback", ())))
    client.execute_interactive(cell, output_hook=hook, timeout=120)
    print(json.dumps("".join(heard).strip()), flush=True)
manager.shutdown_kernel(now=True)
"""
OPEN = {"seccomp": True, "network_namespace": True, "connect": True}
"""What is left to the worker in a box with namespaces of its own."""


def cells(*sources: str, policy: dict[str, object] = OPEN, folder: Path | None = None) -> list[str]:
    """What each cell prints, or how it fails."""
    need_seccomp()
    with tempfile.TemporaryDirectory(prefix="k") as short:  # a socket's path has an end at 107 bytes
        place = folder or Path(short)
        if "landlock" in policy:
            writable = [str(place), "/dev/null", "/dev/shm", "/dev/urandom"]
            policy = {**policy, "landlock": {"read": readable(), "write": writable}}
        done = subprocess.run(
            [*powerless(), sys.executable, "-c", WORKER, str(INSIDE.parent)],
            input=json.dumps([policy, sources]),
            capture_output=True, text=True, timeout=300, check=False, cwd=place,
            env={**os.environ, "HOME": str(place), "TMPDIR": str(place), "CUDA_VISIBLE_DEVICES": "-1"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


ORDINARY = (
    "import multiprocessing\ndef square(x): return x * x\n"
    "with multiprocessing.Pool(2) as pool: print(pool.map(square, [1, 2]))",
    "import subprocess; print(subprocess.run('echo hello', shell=True, capture_output=True, text=True).stdout)",
    "import asyncio\nawait asyncio.sleep(0)\nprint(await (await asyncio.create_subprocess_exec('true')).wait())",
    "from concurrent.futures import ThreadPoolExecutor\nprint(list(ThreadPoolExecutor().map(abs, [-1])))",
    "import os, shutil\nos.makedirs('a/b'); open('f', 'w').write('x'); shutil.move('f', 'a/b/f'); print(os.listdir('a/b'))",
    "import tempfile\nprint(tempfile.TemporaryFile().write(b'abc'))",
)
"""What correct notebooks do, each with one line of output."""
ANSWERS = ["[1, 4]", "hello", "0", "[1]", "['f']", "3"]


def test_ordinary_code_runs_as_ever():
    assert cells(*ORDINARY) == ANSWERS


def test_ordinary_code_runs_as_ever_where_landlock_is_all_there_is():
    need_landlock(landlock.SCOPES_SINCE)
    assert cells(*ORDINARY, policy={"landlock": {}, "seccomp": True, "connect": False}) == ANSWERS


@pytest.mark.slow
@pytest.mark.parametrize("policy", [OPEN, {"landlock": {}, "seccomp": True, "connect": False}])
def test_a_network_is_trained_and_drawn(policy):
    need_landlock(landlock.SCOPES_SINCE)
    training = (
        "import os; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\nimport numpy, keras\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]); model.compile('sgd', 'mse')\n"
        "told = model.fit(numpy.ones((8, 3)), numpy.ones((8, 1)), verbose=0).history['loss']\n"
        "model.save('m.keras')"
    )
    drawing = "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as p; p.plot([1]); p.savefig('f.png')"
    assert cells(training, drawing, "print(len(told), os.path.exists('f.png'))", policy=policy)[-1] == "1 True"


def test_the_worker_cannot_be_signalled_nor_looked_into():
    attack = """
import os, signal
worker = os.getppid()
attacks = [
    lambda: os.kill(worker, 9), lambda: os.kill(-1, 9), lambda: os.killpg(os.getpgid(worker), 9),
    lambda: signal.pidfd_send_signal(os.open(f"/proc/{worker}", os.O_RDONLY), 9),
    lambda: open(f"/proc/{worker}/mem", "rb"), lambda: open(f"/proc/{worker}/environ").read(),
    lambda: os.readlink(f"/proc/{worker}/fd/0"), lambda: os.listdir(f"/proc/{worker}/root/"),
]
for each in attacks:
    try:
        each()
    except PermissionError:
        print("refused", end=" ")
"""
    assert cells(attack)[0].split() == ["refused"] * 8


def test_a_box_without_a_network_namespace_lets_no_connection_out(tmp_path):
    attack = """
import socket
def tried(action):
    try: action()
    except OSError as error: print(error.errno, end=" ")
    else: print("open", end=" ")
server = socket.socket(socket.AF_UNIX); server.bind("s"); server.listen()
one, other = socket.socketpair()
tried(lambda: socket.socket(socket.AF_UNIX).connect("s"))
tried(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
tried(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
tried(lambda: one.sendto(b"x", "s"))
tried(lambda: one.send(b"x"))
"""
    assert cells(attack, policy={"seccomp": True, "connect": False}) == ["1 1 1 1 open"]


def test_the_kernel_looks_as_if_it_had_been_started_plainly():
    look = """
import json, os, sys
print(json.dumps([os.path.basename(sys.argv[0]), sys.argv[1], [p for p in sys.path if "inside" in p or "sandbox" in p],
                  [m for m in sys.modules if m.split(".")[0] in ("inside", "pyseccomp", "kernel")],
                  [n for n in vars(sys.modules["__main__"]) if n in ("confine", "main", "json_policy")]]))
"""
    own = "open('mymodule.py', 'w').write('x = 5'); import mymodule; print(mymodule.x)"
    seen, imported = cells(look, own)
    assert json.loads(seen) == ["ipykernel_launcher.py", "-f", [], [], []]
    assert imported == "5"


def test_where_memory_runs_out_the_kernel_goes_first():
    assert cells("print(open('/proc/self/oom_score_adj').read())") == ["1000"]


def test_the_kernel_has_rules_for_files_of_its_own(tmp_path):
    need_landlock(landlock.SCOPES_SINCE)
    with tempfile.TemporaryDirectory(prefix="k") as short:
        policy = {**OPEN, "kernel_landlock": {"read": [*readable(), "/proc/self"], "write": [short]}}
        (tmp_path / "secret").touch()
        attack = f"try: open({str(tmp_path / 'secret')!r})\nexcept PermissionError: print('refused')"
        assert cells(attack, policy=policy, folder=Path(short)) == ["refused"]
