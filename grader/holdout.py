"""Images that are kept out of the box, with their labels, to ask trained networks about them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """The held-back part of one data set, in the order in which it is asked. Never goes into a report or a log.

    Attributes:
        name: of the data set, as in ``keras.datasets``.
        shape: of one image: ``(28, 28)`` or ``(32, 32, 3)``.
        pixels: uint8 values of all images, one image after the other, each in C order.
        labels: the right class of each image, from 0.
        altered: for each image, whether it was slightly changed.
    """

    name: str
    shape: tuple[int, ...]
    pixels: bytes
    labels: tuple[int, ...]
    altered: tuple[bool, ...]
