"""The data sets that can be served: their shapes, where they are published, and how to recognise them.

Shapes and label shapes are those that Keras' ``load_data`` gives. File checksums are the published ones (Keras' loader
for MNIST, Zalando's page for Fashion-MNIST, Krizhevsky's page for CIFAR-10). The content checksums are SHA-256 over the
bytes of the four arrays in the order of `PARTS`, taken from files with the published checksums; they recognise the
original in whatever layout it comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PARTS = ("x_train", "y_train", "x_test", "y_test")
CLASSES = 10

KERAS_STORE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One published file.

    Attributes:
        path: where it belongs below a folder of data sets, as Keras lays it out.
        checksum: ``algorithm:hexadecimal``, as published.
    """

    url: str
    path: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One data set.

    Attributes:
        train: number of training examples; ``test`` likewise.
        image: shape of one image.
        label: shape of one label.
        content: SHA-256 of the original arrays, or ``None`` where it is not known.
        bytes: size of the download.
    """

    name: str
    title: str
    train: int
    test: int
    image: tuple[int, ...]
    label: tuple[int, ...] = ()
    content: str | None = None
    remotes: tuple[Remote, ...] = ()
    bytes: int = 0

    def shape(self, part: str) -> tuple[int, ...]:
        """The shape of one of the four arrays (`PARTS`)."""
        count = self.train if part.endswith("train") else self.test
        return (count, *(self.image if part.startswith("x") else self.label))


def _fashion(file: str, md5: str) -> Remote:
    return Remote(url=f"{KERAS_STORE}/{file}", path=f"fashion-mnist/{file}", checksum=f"md5:{md5}")


MNIST = Entry(
    name="mnist",
    title="MNIST",
    train=60_000,
    test=10_000,
    image=(28, 28),
    content="06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    remotes=(
        Remote(
            url=f"{KERAS_STORE}/mnist.npz",
            path="mnist.npz",
            checksum="sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    bytes=11_490_434,
)

FASHION_MNIST = Entry(
    name="fashion_mnist",
    title="Fashion-MNIST",
    train=60_000,
    test=10_000,
    image=(28, 28),
    content="ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f",
    remotes=(
        _fashion("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _fashion("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        _fashion("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        _fashion("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    bytes=30_878_645,
)

CIFAR10 = Entry(
    name="cifar10",
    title="CIFAR-10",
    train=50_000,
    test=10_000,
    image=(32, 32, 3),
    label=(1,),
    remotes=(
        Remote(
            url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            path="cifar-10-binary.tar.gz",
            checksum="md5:c32a1d4ab5d03f1284b67883e8d87530",
        ),
    ),
    bytes=170_052_171,
)

CATALOGUE: Mapping[str, Entry] = {entry.name: entry for entry in (MNIST, FASHION_MNIST, CIFAR10)}
