"""One function per kind of picture: it takes data and an `ax`, computes nothing, returns `ax`.

Importing this module gives figures the course's style; inside a notebook, the environment
variable TRICKS_RENDER chooses what they are drawn as (see `render`).
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullFormatter, PercentFormatter

MARKERS = "os^DvP*X<>"
QUIET = "#bbbbbb"


def render(mode: str | None = None) -> None:
    """Set what a notebook's kernel emits; outside a notebook, nothing.

    nbval: text and PNG only, so that outputs can be compared; book: SVG;
    None: PNG at twice the resolution, for the screen.
    """
    plt.style.use(Path(__file__).with_name("course.mplstyle"))
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    set_matplotlib_formats({"nbval": "png", "book": "svg"}.get(mode, "retina"))
    if mode == "nbval":
        for kind in ("text/html", "image/svg+xml"):
            shell.display_formatter.formatters[kind].enabled = False


def layer_bars(sizes, ax: Axes, label: str = "", colour: str = "C0") -> Axes:
    """Draw one bar per layer, bottom layer left, on a logarithmic axis.

    sizes: (layers,) or (seeds, layers); with several seeds the bar is their median and
    every seed a dot.
    """
    sizes = np.atleast_2d(np.asarray(sizes, dtype=float))
    layer = np.arange(1, sizes.shape[1] + 1)
    ax.bar(layer, np.median(sizes, axis=0), width=0.7, color=colour, alpha=0.85, bottom=0)
    if len(sizes) > 1:
        ax.plot(layer, sizes.T, ".", color="black", alpha=0.35, markersize=3)
    ax.set(yscale="log", xlabel="layer (1 = bottom)", ylabel=label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_locator(LogLocator(numticks=6))
    return ax


def bars(values: dict, ax: Axes, label: str = "") -> Axes:
    """Draw one horizontal bar per name, the first on top, with its number at the end."""
    drawn = ax.barh(list(values), list(values.values()), height=0.65, color=[f"C{i % 7}" for i in range(len(values))])
    ax.bar_label(drawn, [f"{value:.3g}" for value in values.values()], padding=3)
    ax.set(xlabel=label, xlim=(0, 1.12 * max(values.values())))
    ax.invert_yaxis()
    return ax


def curves(series, ax: Axes, label: str = "", fmt: str = "-") -> Axes:
    """Draw the median over `seed` against the other dimension, with the 10–90 % band.

    series: a DataArray with the dimensions seed and one more, or only that other one.
    """
    (along,) = [name for name in series.dims if name != "seed"]
    x = series[along].values
    if "seed" not in series.dims:
        ax.plot(x, series, fmt, label=label)
    else:
        low, middle, high = series.quantile([0.1, 0.5, 0.9], "seed").values
        (drawn,) = ax.plot(x, middle, fmt, label=label, markersize=5)
        ax.fill_between(x, low, high, color=drawn.get_color(), alpha=0.2, linewidth=0)
    ax.set_xlabel(along)
    return ax


def stripes(activations, ax: Axes, low: float = 0.0, high: float = 1.0) -> Axes:
    """Draw what a layer says: one row per example, one column per unit, brighter = larger.

    If all rows look alike, the layer says the same of every example.
    """
    ax.imshow(np.asarray(activations), aspect="auto", vmin=low, vmax=high, interpolation="nearest")
    ax.set(xlabel="unit", ylabel="image", xticks=[], yticks=[])
    return ax


def accuracy_axis(ax: Axes, chance: float = 0.1) -> Axes:
    """Show a vertical axis of accuracies in per cent, with a dotted line at chance."""
    ax.axhline(chance, color=QUIET, linestyle=":", linewidth=1.2)
    ax.set(ylim=(0, 1.03))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return ax


def diagonal(names: list[str], predicted, measured, ax: Axes, tolerance: float = 0.1) -> Axes:
    """Draw measured against predicted numbers, one marker per name; grey: ± `tolerance`.

    predicted: (names, k); measured: (seeds, names, k), drawn as medians with the range of the seeds.
    """
    low, middle, high = np.quantile(measured, [0, 0.5, 1], axis=0)
    for i, name in enumerate(names):
        bars = [middle[i] - low[i], high[i] - middle[i]]
        look = {"fmt": MARKERS[i], "color": f"C{i}", "markersize": 5.5, "elinewidth": 0.8}
        ax.errorbar(predicted[i], middle[i], bars, label=name, **look)
    ends = np.array([min(predicted.min(), low.min()) / 1.2, max(predicted.max(), high.max()) * 1.2])
    ax.plot(ends, ends, color="#777777", linewidth=0.9, zorder=0)
    ax.fill_between(ends, ends * (1 - tolerance), ends * (1 + tolerance), color=QUIET, alpha=0.3, zorder=0)
    ax.set(xscale="log", yscale="log", xlabel="predicted", ylabel="measured", xlim=ends, ylim=ends)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FormatStrFormatter("%g"))
        axis.set_minor_formatter(NullFormatter())
    return ax


def dots(effects: dict, ax: Axes, label: str = "", delta: float | None = None) -> Axes:
    """Draw one row per name and one dot per seed, around a line at zero (and at ± delta)."""
    for row, effect in enumerate(effects.values()):
        d = np.asarray(effect, dtype=float)
        jitter = 0.12 * ((np.arange(len(d)) * 7) % 5 - 2) / 2
        ax.plot(d, row + jitter, "o", markersize=4, alpha=0.65, color=f"C{row % 7}")
        ax.plot([d.mean()] * 2, [row - 0.3, row + 0.3], color="black", linewidth=1.6)
    ax.axvline(0, color="#777777", linewidth=0.9)
    for edge in () if delta is None else (-delta, delta):
        ax.axvline(edge, color=QUIET, linestyle=":", linewidth=1.2)
    ax.set(yticks=range(len(effects)), yticklabels=list(effects), xlabel=label, ylim=(len(effects) - 0.5, -0.5))
    return ax


def checkup(passed, accuracy, axes, label: str = "") -> Axes:
    """Draw four pictures of one network: what its layers say and hear, its top layer, its progress.

    passed: `diagnostics.Signals` of a newborn network, examples sorted by class; accuracy: training
    accuracy by step, a list or a DataArray for `curves`; axes: (2, 2).
    """
    (says, top), (hears, progress) = axes
    layer_bars(passed.spreads, says, "spread over images", "C2")
    says.set(title="What each layer says", ylim=(1e-4, 10))
    stripes(passed.after[-1], top).set(title="Top hidden layer")
    layer_bars(passed.gradients, hears, "size of gradient", "C0")
    hears.set(title="What each layer hears", ylim=(1e-5, 3))
    if hasattr(accuracy, "dims"):
        curves(accuracy, progress, label)
    else:
        progress.plot(range(1, len(accuracy) + 1), accuracy, label=label)
    accuracy_axis(progress).set(title="Training accuracy", xlabel="step", ylabel="")
    return axes


def vital_signs(runs: dict, ratios: dict, axes) -> Axes:
    """Draw the strip of vital signs: a row per patient, a dot per seed, a panel per sign.

    runs: patient → Dataset of `fit`, of which the last epoch is drawn; ratios: patient → gradient
    of the bottom layer ÷ that of the top one, at birth; axes: three axes.
    """
    titles = ("training accuracy", "gap to validation", "gradient, bottom ÷ top")
    for row, (patient, table) in enumerate(runs.items()):
        end = table.isel(epoch=-1)
        signs = (end.train_accuracy, end.train_accuracy - end.validation_accuracy, ratios[patient])
        for ax, title, values in zip(axes, titles, signs, strict=True):
            ax.plot(values, np.full(len(values), row), "o", markersize=4, alpha=0.35, color=f"C{row % 7}")
            ax.plot(np.median(values), row, "|", markersize=16, markeredgewidth=2, color="black")
            ax.set_title(title, fontsize=10)
    axes[0].set(yticks=range(len(runs)), yticklabels=list(runs), xlim=(-0.03, 1.05), ylim=(len(runs) - 0.5, -0.5))
    axes[1].axvline(0, color=QUIET, linewidth=1)
    axes[2].axvline(1, color=QUIET, linewidth=1)
    axes[2].set(xscale="log", xlim=(3e-4, 30))
    return axes


render(os.environ.get("TRICKS_RENDER"))
