"""Axes: lists make them, in the order given, and their values are kept as they are."""

import pytest

from tricks.axes import apart, axes, coordinate, points


def test_lists_are_axes_and_all_else_is_not():
    assert axes({"lr": [0.1, 1], "momentum": 0.9}, {"width": (3, 4), "kind": ["a"]}) == {"lr": [0.1, 1], "kind": ["a"]}


def test_points_are_the_product_in_order_and_one_without_axes():
    assert points({"a": [1, 2], "b": ["x", "y"]})[1:3] == [{"a": 1, "b": "y"}, {"a": 2, "b": "x"}]
    assert points({}) == [{}]


def test_flags_none_and_sizes_of_batches_need_stacks_of_their_own():
    assert apart("nesterov", False) and apart("clip", None) and apart("batch_size", 10)
    assert not apart("lr", 0) and not apart("patience", 5)


@pytest.mark.parametrize("culprit, given", [("lr=[] is an empty list", []), ("lr=[1, 1] holds a value twice", [1, 1])])
def test_a_bad_axis_is_named_in_one_line(culprit, given):
    with pytest.raises(ValueError) as refusal:
        axes({"lr": given})
    assert culprit in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "values, kind",
    [
        ([1, 2], "i"),
        ([0, 0.5], "f"),
        ([True, False], "b"),
        (["a", "bcd"], "U"),
        ([None, 3], "O"),
        ([(1, 2), (3, 4)], "O"),
    ],
)
def test_coordinates_keep_values_and_kind(values, kind):
    found = coordinate(values)
    assert found.dtype.kind == kind and found.shape == (2,) and found.tolist() == values
