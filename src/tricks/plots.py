"""One function per kind of picture: it takes data and an `ax`, computes nothing, returns `ax`.

Importing this module gives figures the course's style; inside a notebook, the environment
variable TRICKS_RENDER chooses what they are drawn as (see `render`).
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter

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


def curves(series, ax: Axes, label: str = "", colour: str | None = None, **line) -> Axes:
    """Draw the median over `seed` against the other dimension, with the 10–90 % band.

    series: a DataArray with the dimensions seed and one more, or only that other one.
    """
    (along,) = [name for name in series.dims if name != "seed"]
    x = series[along].values
    if "seed" not in series.dims:
        ax.plot(x, series, label=label, color=colour, **line)
    else:
        low, middle, high = series.quantile([0.1, 0.5, 0.9], "seed").values
        (drawn,) = ax.plot(x, middle, label=label, color=colour, **line)
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


def diagonal(predicted: dict, measured: dict, ax: Axes, tolerance: float = 0.1) -> Axes:
    """Draw measured against predicted numbers, one marker per name; grey: ± `tolerance`.

    predicted: name → (k,); measured: name → (seeds, k), drawn as medians with the range of
    the seeds.
    """
    for i, (name, x) in enumerate(predicted.items()):
        low, middle, high = np.quantile(measured[name], [0, 0.5, 1], axis=0)
        ax.errorbar(
            x,
            middle,
            [middle - low, high - middle],
            fmt=MARKERS[i % len(MARKERS)],
            color=f"C{i % 7}",
            markersize=5.5,
            elinewidth=0.8,
            label=name,
        )
    every = np.concatenate([*predicted.values(), *(m.min(axis=0) for m in measured.values())])
    ends = np.array([every.min() / 1.15, max(np.max(m) for m in measured.values()) * 1.15])
    ax.plot(ends, ends, color="#777777", linewidth=0.9, zorder=0)
    ax.fill_between(ends, ends * (1 - tolerance), ends * (1 + tolerance), color=QUIET, alpha=0.3, linewidth=0, zorder=0)
    ax.set(xscale="log", yscale="log", xlabel="predicted", ylabel="measured")
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


def vital_signs(signs: dict, axes) -> Axes:
    """Draw the strip of vital signs: a row per patient, a panel per sign.

    signs: patient → (training accuracy, gap to validation, gradient bottom ÷ top), each (seeds,);
    axes: three axes.
    """
    titles = ("training accuracy", "gap to validation", "gradient bottom ÷ top")
    for ax, title, column in zip(axes, titles, range(3), strict=True):
        for row, values in enumerate(signs.values()):
            d = np.asarray(values[column], dtype=float)
            ax.plot(d, np.full(len(d), row), "o", markersize=4, alpha=0.35, color=f"C{row % 7}")
            ax.plot(np.median(d), row, "|", markersize=16, markeredgewidth=2, color="black")
        ax.set(title=title, yticks=[], ylim=(len(signs) - 0.5, -0.5))
    axes[0].set(yticks=range(len(signs)), yticklabels=list(signs), xlim=(-0.03, 1.03))
    axes[1].axvline(0, color=QUIET, linewidth=1)
    axes[2].set(xscale="log")
    axes[2].axvline(1, color=QUIET, linewidth=1)
    return axes


render(os.environ.get("TRICKS_RENDER"))
