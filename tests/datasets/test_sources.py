"""What every source and every layout of data sets promises, whichever there are."""

import socket
import threading
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from grader.datasets import layouts, sources
from grader.datasets.arrays import content, write_npz
from grader.datasets.catalogue import CATALOGUE, MNIST, Remote
from grader.datasets.found import in_order
from grader.datasets.sources import download
from grader.datasets.verify import checksum
from grader.errors import DatasetError


@pytest.mark.parametrize("plug_in", [*in_order(sources), *in_order(layouts)], ids=lambda each: each.__name__)
def test_a_plug_in_says_what_it_is_and_where_it_stands(plug_in):
    assert isinstance(plug_in.ORDER, int)
    assert plug_in.__doc__
    assert callable(getattr(plug_in, "find", None) or plug_in.look)


@pytest.mark.parametrize("source", list(in_order(sources)), ids=lambda each: each.__name__)
@pytest.mark.parametrize("entry", list(CATALOGUE.values()), ids=lambda each: each.name)
def test_a_source_looks_without_touching_the_disk(source, entry, places, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    for found in source.find(entry, places):
        assert found.where
        assert found.files or found.key
    assert sorted(tmp_path.rglob("*")) == before


def test_the_stand_in_comes_last():
    assert [source.__name__.rpartition(".")[2] for source in in_order(sources)] == [
        "given",
        "keras_cache",
        "download",
        "stand_in",
    ]


@pytest.fixture
def published(tmp_path, tiny, arrays, monkeypatch):
    """A server on this machine that publishes one small data set, its catalogue entry, and the requests it got."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    write_npz(tmp_path / "www/mnist.npz", arrays)
    requests = []

    class Files(SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path / "www"))

        def log_message(self, *args):
            requests.append(args)

    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/mnist.npz"
        remote = Remote(url=url, path="mnist.npz", checksum=checksum(tmp_path / "www/mnist.npz", "sha256"))
        yield replace(tiny, remotes=(remote,)), requests
        server.shutdown()


def unplugged(entry):
    """The same entry at an address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/mnist.npz"
    return replace(entry, remotes=(replace(entry.remotes[0], url=url),))


def test_a_download_is_checked_kept_and_announced(published, places, arrays):
    entry, requests = published
    told = []
    online = replace(places, download=True, tell=told.append)
    assert content(next(download.find(entry, online)).read()) == content(arrays)
    assert told == ["Downloading mnist.npz for Tiny (0 MB in all) …"]
    requests.clear()
    assert content(next(download.find(entry, replace(places, download=False))).read()) == content(arrays)
    assert requests == []


def test_a_download_with_another_checksum_is_refused_and_not_kept(published, places):
    entry, _ = published
    forged = replace(entry, remotes=(replace(entry.remotes[0], checksum="sha256:" + "0" * 64),))
    with pytest.raises(DatasetError, match=r"Tiny could not be downloaded from 127\.0\.0\.1: SHA256 hash"):
        next(download.find(forged, replace(places, download=True))).read()
    assert not list((places.cache / "downloads").glob("*.npz"))


def test_a_machine_without_network_finds_out_once_for_all_data_sets(published, places):
    entry, requests = published
    online = replace(places, download=True)
    said = set()
    for each in (unplugged(entry), entry):
        with pytest.raises(DatasetError) as caught:
            next(download.find(each, online)).read()
        said.add(str(caught.value))
    assert len(said) == 1
    assert "Data sets were not downloaded: no network" in said.pop()
    assert requests == []


def test_nothing_is_downloaded_where_that_is_switched_off(places):
    assert list(download.find(MNIST, places)) == []
