"""A data set is recognised however it lies in a folder."""

import gzip
import io
import pickle
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from grader.datasets.arrays import content
from grader.datasets.catalogue import CIFAR10
from grader.datasets.layouts import cifar_binary, cifar_jpeg, cifar_pickle, idx, keras_npz
from grader.errors import DatasetError
from grader.evidence import Served

IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def write_idx(folder, arrays, *, packed):
    folder.mkdir(parents=True, exist_ok=True)
    for part, array in arrays.parts().items():
        sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
        data = bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
        name = IDX_NAMES[part] + (".gz" if packed else "")
        (folder / name).write_bytes(gzip.compress(data) if packed else data)


def only(found):
    (one,) = list(found)
    return one


@pytest.mark.parametrize("packed", [True, False])
def test_torchvisions_idx_files_are_read(tmp_path, tiny, arrays, packed):
    write_idx(tmp_path / "MNIST/raw", arrays, packed=packed)
    assert content(only(idx.look(tiny, tmp_path)).read()) == content(arrays)


@pytest.mark.parametrize("folder", ["fashion-mnist", "fashion_mnist", "."])
def test_fashion_mnist_is_found_in_each_of_its_usual_folders(tmp_path, tiny, arrays, folder):
    write_idx(tmp_path / folder, arrays, packed=True)
    assert content(only(idx.look(replace(tiny, name="fashion_mnist"), tmp_path)).read()) == content(arrays)


def test_three_of_four_idx_files_are_no_data_set(tmp_path, tiny, arrays):
    write_idx(tmp_path / "MNIST/raw", arrays, packed=False)
    (tmp_path / "MNIST/raw/t10k-labels-idx1-ubyte").unlink()
    assert list(idx.look(tiny, tmp_path)) == []


def test_an_idx_file_that_is_something_else_is_refused_by_its_name(tmp_path, tiny, arrays):
    write_idx(tmp_path / "MNIST/raw", arrays, packed=False)
    (tmp_path / "MNIST/raw/train-images-idx3-ubyte").write_bytes(b"<html>not found</html>")
    with pytest.raises(DatasetError, match="does not begin like an idx file"):
        only(idx.look(tiny, tmp_path)).read()


def test_an_idx_header_that_promises_too_much_is_refused(tmp_path, tiny, arrays):
    write_idx(tmp_path / "MNIST/raw", arrays, packed=False)
    (tmp_path / "MNIST/raw/train-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3]) + b"\x7f\xff\xff\xff" * 3)
    with pytest.raises(DatasetError, match="x_train is uint8"):
        only(idx.look(tiny, tmp_path)).read()


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 truncated", b"plain text"])
def test_a_damaged_npz_is_reported_with_advice(tmp_path, tiny, damage):
    (tmp_path / "mnist.npz").write_bytes(damage)
    with pytest.raises(DatasetError, match="copy or download it again"):
        only(keras_npz.look(tiny, tmp_path)).read()


def binary_files(arrays):
    for number in range(6):
        images, labels = (
            (arrays.x_test, arrays.y_test)
            if number == 5
            else (
                arrays.x_train[number * 10_000 : (number + 1) * 10_000],
                arrays.y_train[number * 10_000 : (number + 1) * 10_000],
            )
        )
        records = np.concatenate([labels, images.transpose(0, 3, 1, 2).reshape(10_000, -1)], axis=1)
        yield ("test_batch.bin" if number == 5 else f"data_batch_{number + 1}.bin"), records.tobytes()


def test_the_binary_version_of_cifar10_is_read_packed_and_unpacked(tmp_path, full_cifar):
    unpacked = tmp_path / "a" / "cifar-10-batches-bin"
    unpacked.mkdir(parents=True)
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz", compresslevel=0) as archive:
        for name, data in binary_files(full_cifar):
            (unpacked / name).write_bytes(data)
            archive.add(unpacked / name, f"cifar-10-batches-bin/{name}")
    for folder in (tmp_path, tmp_path / "a"):
        assert content(only(cifar_binary.look(CIFAR10, folder)).read()) == content(full_cifar)


def test_an_archive_without_the_batches_is_refused(tmp_path):
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("readme.html"), io.BytesIO())
    with pytest.raises(DatasetError, match=r"data_batch_1\.bin has 0 bytes"):
        only(cifar_binary.look(CIFAR10, tmp_path)).read()


def jpeg_file(path, entry, *, size):
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(stream, "JPEG")
    one, count = np.frombuffer(stream.getvalue(), np.uint8), entry.train + entry.test
    np.savez(
        path,
        jpeg=np.tile(one, count),
        offsets=np.arange(count + 1) * len(one),
        y_train=np.zeros(entry.train, np.uint8),
        y_test=np.ones(entry.test, np.uint8),
    )


@pytest.fixture
def small_cifar():
    return replace(CIFAR10, train=5, test=2)


def test_jpeg_images_are_decoded_and_called_lossy(tmp_path, small_cifar):
    jpeg_file(tmp_path / "cifar10_jpeg.npz", small_cifar, size=(32, 32))
    found = only(cifar_jpeg.look(small_cifar, tmp_path))
    read = found.read()
    assert found.served is Served.LOSSY
    assert (read.x_train.shape, read.y_test.shape) == ((5, 32, 32, 3), (2, 1))
    assert abs(int(read.x_train[0, 5, 5, 0]) - 200) < 8


def test_a_jpeg_of_another_size_is_refused_before_it_is_decoded(tmp_path, small_cifar):
    jpeg_file(tmp_path / "cifar10_jpeg.npz", small_cifar, size=(64, 32))
    with pytest.raises(DatasetError, match="image 0 is"):
        only(cifar_jpeg.look(small_cifar, tmp_path)).read()


class Trap:
    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was loaded')",))


def test_pickled_batches_are_refused_in_plain_words_and_never_loaded(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    (folder / "data_batch_1").write_bytes(pickle.dumps(Trap()))
    found = only(cifar_pickle.look(CIFAR10, tmp_path))
    assert found.served is Served.MISSING
    with pytest.raises(DatasetError, match=r"could run code .* cifar-10-binary\.tar\.gz"):
        found.read()
