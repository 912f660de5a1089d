"""A list where a number is expected is an axis: the product of all axes is what gets run."""

import itertools

import numpy as np

from .data import require


def axes(*given: dict) -> dict[str, list]:
    """Return all list-valued settings with their values, in the order given.

    Raises ValueError for an empty list, and for one that holds a value twice.
    """
    found = {name: v for settings in given for name, v in settings.items() if isinstance(v, list)}
    for name, values in found.items():
        require(values, f"{name}=[] is an empty list: an axis needs at least one value")
        require(len({repr(v) for v in values}) == len(values), f"{name}={values!r} holds a value twice")
    return found


def points(axes: dict[str, list]) -> list[dict]:
    """Return every setting of the product, as a dict of one value for each axis."""
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def apart(name: str, value) -> bool:
    """Whether runs with this value of an axis need a stack of their own."""
    return name == "batch_size" or value is None or isinstance(value, bool)


def coordinate(values: list) -> np.ndarray:
    """Return the values of an axis exactly as given; mixed or odd ones as objects."""
    if all(type(v) is type(values[0]) and isinstance(v, bool | int | float | str) for v in values):
        return np.array(values)
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return np.array(values, dtype=float)
    array = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        array[i] = value
    return array
