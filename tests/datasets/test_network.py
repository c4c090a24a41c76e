"""Whether the network is there is a matter of seconds."""

import http.server
import socket
import threading

import pytest

from grader.datasets.network import Network


@pytest.fixture
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.usefixtures("_no_proxy")
def test_a_refused_connection_is_a_problem_that_names_the_host():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        problem = Network().problem(f"http://127.0.0.1:{free.getsockname()[1]}/mnist.npz")
    assert problem.startswith("no network: 127.0.0.1 could not be reached")


@pytest.mark.usefixtures("_no_proxy")
def test_a_server_that_answers_with_an_error_is_reached():
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert Network().problem(f"http://127.0.0.1:{server.server_port}/") == ""


@pytest.mark.slow
@pytest.mark.usefixtures("_no_proxy")
def test_a_silent_server_is_asked_once_and_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        network, url = Network(), f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert network.problem(url)
        assert network.problem(url)
        silent.settimeout(0.0)
        silent.accept()
        with pytest.raises(BlockingIOError):
            silent.accept()
