"""Files that people hand in are measured before they are read."""

import zipfile

import numpy as np
import pytest

from grader.datasets.arrays import assemble, content, read_npz, write_npz
from grader.errors import DatasetError


def save(path, arrays, **changes):
    np.savez(path, **(dict(arrays.parts()) | changes))
    return path


def test_what_is_written_is_read_back(tmp_path, tiny, arrays):
    write_npz(tmp_path / "a.npz", arrays)
    assert content(read_npz(tmp_path / "a.npz", tiny)) == content(arrays)


def test_a_prepared_file_opens_without_pickles_and_nothing_unfinished_stays(tmp_path, arrays):
    write_npz(tmp_path / "a.npz", arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["x_test", "x_train", "y_test", "y_train"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_labels_of_any_integer_type_become_bytes(tmp_path, tiny, arrays):
    path = save(tmp_path / "a.npz", arrays, y_train=arrays.y_train.astype(np.int64))
    assert read_npz(path, tiny).y_train.dtype == np.uint8


def test_flat_labels_take_the_shape_that_keras_gives_them(tiny, arrays):
    from dataclasses import replace

    column = replace(tiny, label=(1,))
    assert assemble(column, "here", arrays.parts()).y_train.shape == (6, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.zeros((6, 5, 4), np.uint8)}, "x_train is uint8 (6, 5, 4); Tiny has uint8 (6, 4, 5)"),
        ({"x_test": np.zeros((3, 4, 5), np.float32)}, "x_test is float32"),
        ({"y_test": np.array([0, 1, 10])}, "y_test has labels from 0 to 10"),
        ({"y_train": np.array([None] * 6)}, "y_train holds pickled Python objects"),
    ],
)
def test_other_data_are_refused_with_the_array_and_what_was_expected(tmp_path, tiny, arrays, changes, message):
    with pytest.raises(DatasetError) as caught:
        read_npz(save(tmp_path / "a.npz", arrays, **changes), tiny)
    assert message in str(caught.value)
    assert str(tmp_path / "a.npz") in str(caught.value)


def test_a_missing_array_is_named(tmp_path, tiny, arrays):
    np.savez(tmp_path / "a.npz", x_train=arrays.x_train)
    with pytest.raises(DatasetError, match="no array y_train"):
        read_npz(tmp_path / "a.npz", tiny)


def test_a_bomb_is_refused_by_its_header_before_it_unfolds(tmp_path, tiny, arrays):
    path = tmp_path / "bomb.npz"
    header = np.lib.format.header_data_from_array_1_0(np.zeros(1, np.uint8)) | {"shape": (10**12,)}
    with zipfile.ZipFile(path, "w") as archive, archive.open("x_train.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, header)
        member.write(bytes(1000))
    with pytest.raises(DatasetError, match=r"x_train is uint8 \(1000000000000,\)"):
        read_npz(path, tiny)


def test_an_array_shorter_than_its_header_is_refused(tmp_path, tiny, arrays):
    path = tmp_path / "short.npz"
    header = np.lib.format.header_data_from_array_1_0(arrays.x_train)
    with zipfile.ZipFile(path, "w") as archive, archive.open("x_train.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, header)
        member.write(bytes(10))
    with pytest.raises(DatasetError, match="ends after 10 of 120 bytes"):
        read_npz(path, tiny)
