"""Plots: each takes data and an axes, labels it, returns it, and changes nothing it was given."""

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
import xarray as xr
from nbclient import NotebookClient
from torch import nn

from tricks import SGD, digits, fit, plots
from tricks.diagnostics import signals

DRAW = np.random.default_rng(0)


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()  # what cannot be drawn fails here
    plt.close(figure)


def series(**sizes):
    return xr.DataArray(
        DRAW.random(list(sizes.values())), dims=list(sizes), coords={k: range(n) for k, n in sizes.items()}
    )


PICTURES = {
    "bars": (plots.layer_bars, [DRAW.random(5)], {"label": "size"}, ("layer (1 = bottom)", "size")),
    "bars of seeds": (plots.layer_bars, [DRAW.random((20, 5))], {"label": "size"}, ("layer (1 = bottom)", "size")),
    "named bars": (plots.bars, [{"a": 1.0, "b": 0.2}], {"label": "seconds"}, ("seconds", "")),
    "curve": (plots.curves, [series(epoch=9)], {"label": "one"}, ("epoch", "")),
    "curves of seeds": (plots.curves, [series(seed=5, lr=9)], {"label": "many"}, ("lr", "")),
    "stripes": (plots.stripes, [DRAW.random((7, 4))], {}, ("unit", "image")),
    "diagonal": (
        plots.diagonal,
        [["a", "b"], 1 + DRAW.random((2, 4)), 1 + DRAW.random((6, 2, 4))],
        {},
        ("predicted", "measured"),
    ),
    "dots": (plots.dots, [{"a": DRAW.random(6), "b": DRAW.random(9)}], {"label": "gain", "delta": 0.2}, ("gain", "")),
}


@pytest.mark.parametrize("plot, data, options, labels", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_labelled_returned_and_changes_nothing(ax, plot, data, options, labels):
    before = repr(data)
    assert plot(*data, ax, **options) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == labels
    assert repr(data) == before


def test_bars_stand_at_the_median_of_the_seeds(ax):
    sizes = DRAW.random((20, 5))
    plots.layer_bars(sizes, ax)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(np.median(sizes, axis=0))


def test_curves_show_the_median_and_the_band_of_the_seeds(ax):
    runs = series(seed=40, epoch=3)
    plots.curves(runs, ax, "many")
    assert ax.lines[0].get_ydata() == pytest.approx(runs.median("seed").values)
    edges = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert edges.min() == pytest.approx(runs.quantile(0.1, "seed").min()) and ax.get_legend_handles_labels()[1] == [
        "many"
    ]


def test_dots_are_the_effects_and_the_line_their_mean(ax):
    effects = {"a": DRAW.random(6), "b": DRAW.random(9)}
    plots.dots(effects, ax)
    assert np.array_equal(ax.lines[0].get_xdata(), effects["a"])
    assert ax.lines[3].get_xdata() == pytest.approx([effects["b"].mean()] * 2)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a", "b"]


def test_accuracies_are_shown_in_per_cent(ax):
    assert plots.accuracy_axis(ax) is ax
    assert ax.yaxis.get_major_formatter()(0.4) == "40%" and ax.lines[0].get_ydata()[0] == 0.1


def network():
    return nn.Sequential(nn.Linear(64, 8), nn.Sigmoid(), nn.Linear(8, 8), nn.Sigmoid(), nn.Linear(8, 10))


@pytest.mark.parametrize("accuracy", [[0.1, 0.2, 0.4], series(seed=4, step=5)], ids=["one run", "many runs"])
def test_a_checkup_fills_four_labelled_panels(accuracy):
    figure, axes = plt.subplots(2, 2)
    passed = signals(network(), torch.rand(20, 64), torch.arange(20) % 10)
    plots.checkup(passed, accuracy, axes)
    figure.canvas.draw()
    assert all(panel.get_title("left") and panel.get_xlabel() and panel.has_data() for panel in axes.flat)
    plt.close(figure)


def test_vital_signs_have_a_row_per_patient_and_a_panel_per_sign():
    figure, axes = plt.subplots(1, 3)
    runs = fit(network, digits(train=50), SGD(lr=0.1), seeds=[1, 2, 3], epochs=1)
    ratios = {"well": [0.5, 1.0, 2.0], "ill": [1e-3, 1e-2, 1e-3]}
    plots.vital_signs(dict.fromkeys(ratios, runs), ratios, axes)
    figure.canvas.draw()
    assert all(panel.get_title("left") and len(panel.lines) >= 4 for panel in axes)
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == ["well", "ill"]
    plt.close(figure)


CELLS = """
from tricks import Claim, judge, plots
import matplotlib.pyplot as plt
judge(Claim("X1", "A statement.", "Someone 2000", 1.0, "greater"), [2.0, 2.1, 1.9])
---
plt.plot([1, 2])
plt.show()
"""


@pytest.fixture(scope="module", params=["nbval", "book"])
def rendered(request):
    """The outputs of a verdict's and of a figure's cell, from a real kernel, in both ways of rendering."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRICKS_RENDER", request.param)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS.split("---")])
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return request.param, *(cell.outputs[-1] for cell in notebook.cells)


def test_a_verdict_travels_as_metadata_of_its_output(rendered):
    mode, verdict, _ = rendered
    assert verdict.metadata["tricks"]["id"] == "X1" and verdict.metadata["tricks"]["verdict"] == "confirmed"
    assert verdict.data["text/plain"].startswith("X1 confirmed")
    assert ("text/html" in verdict.data) == (mode == "book")


def test_a_figure_is_drawn_as_its_reader_can_take_it(rendered):
    mode, _, figure = rendered
    kinds = {kind for kind in figure.data if kind.startswith("image/")}
    assert kinds == ({"image/png"} if mode == "nbval" else {"image/svg+xml"})
