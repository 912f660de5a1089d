"""A figure that one can drag: a slider for each axis of a sweep, every frame computed by the notebook itself.

    explore(data, ["gain"], [panel("What each layer hears", bars("gradient"))], name="gain", alt="…")

`data` is a Dataset whose dimensions are the controls and, for each variable, at most one more, along which it is drawn.
The page holds numbers, no model: what a reader sees at a setting is what torch gave there.
"""

import base64
import html
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.ticker import LogLocator, MaxNLocator

from .data import require

KINDS, CAPTION = ("line", "dots", "bars", "heat", "image"), "Every frame was computed by running the notebook."


def mark(kind: str, y: str, x: str | None = None, label: str = "", faint: bool = False) -> dict:
    """What a panel shows of a variable: a line, dots, bars, or (over two controls) a heat map that can be dragged.

    x: another variable to draw it against; if none is named, the coordinate of its own dimension. An image is a
    square of numbers from 0 to 1, n² along one dimension, the first n being its left column from below.
    """
    require(kind in KINDS, f"mark: kind={kind!r} is none of {', '.join(KINDS)}")
    return {"kind": kind, "y": y, "x": x, "label": label, "faint": faint}


def panel(title: str, *marks: dict, x: str = "", y: str = "", xlim=None, ylim=None, log: str = "") -> dict:
    """One picture of the figure. x, y: labels of its axes; log: "x", "y" or "xy" for logarithmic ones.

    Limits that are not given hold every frame, so that an axis never moves.
    """
    axes = {"x": {"label": x, "lim": xlim, "log": "x" in log}, "y": {"label": y, "lim": ylim, "log": "y" in log}}
    return {"title": title, "marks": list(marks), **axes}


@dataclass(frozen=True)
class Explorable:
    """The figure, for the page (HTML), for paper (PNG of its first frame) and for a test (text)."""

    spec: dict
    alt: str

    def __repr__(self):
        grid = " × ".join(f"{len(control['values'])} {control['name']}" for control in self.spec["controls"])
        first = {label: numbers(self.spec, y)[0] for label, y in self.spec["readouts"].items()}
        return "; ".join([f"explore: {grid}", *(f"{label} {value:.2g}" for label, value in first.items())])

    def _repr_png_(self):
        return still(self.spec)

    def _repr_html_(self):
        picture = base64.b64encode(still(self.spec)).decode()
        data = json.dumps(self.spec, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        style, script = (Path(__file__).with_name(f"explore.{kind}").read_text("utf-8") for kind in ("css", "js"))
        return (
            f'<figure class="xp" id="xp-{self.spec["name"]}" role="group" aria-label="{html.escape(self.alt)}">'
            f'<img src="data:image/png;base64,{picture}" alt="{html.escape(self.alt)}">'
            f'<script type="application/json">{data}</script><figcaption>{CAPTION}</figcaption></figure>'
            f"<style>{style}</style><script>{script}</script>"
        )


def explore(data, controls, panels, *, name, alt, start=None, presets=None, readouts=None, predict=None):
    """Return the figure. Raises ValueError for a dimension, a variable or a value that is not there.

    controls: dimensions, or {dimension: label}; start, each of the presets: {dimension: value}; readouts: {label:
    variable}; predict: (question, possible answers, what comes out), asked before the controls can be moved.
    """
    controls = controls if isinstance(controls, dict) else {dim: dim for dim in controls}
    missing = [control for control in controls if control not in data.coords]
    require(not missing, f"explore: the data have no dimension {', '.join(map(repr, missing))}")
    start = {control: data[control].values[0] for control in controls} | (start or {})
    shown = [m[axis] for p in panels for m in p["marks"] for axis in "xy" if m[axis]] + list((readouts or {}).values())
    absent = [variable for variable in shown if variable not in data]
    require(not absent, f"explore: the data have no variable {', '.join(map(repr, absent))}")
    series = {variable: frames(data[variable], list(controls)) for variable in dict.fromkeys(shown)}
    spec = {
        "name": name,
        "controls": [control(data[dim], label) for dim, label in controls.items()],
        "start": place(data, controls, start),
        "presets": {title: place(data, controls, start | values) for title, values in (presets or {}).items()},
        "panels": [measured(p, series) for p in panels],
        "series": series,
        "readouts": readouts or {},
        "predict": predict,
    }
    return Explorable(spec, alt)


def text(value) -> str:
    """A setting as a reader writes it."""
    return str(value) if isinstance(value, str | np.str_) else f"{float(value):g}"


def control(coordinate: xr.DataArray, label: str) -> dict:
    """A slider for numbers, a menu for words, a switch for 0 and 1."""
    values = [text(value) for value in coordinate.values]
    kind = "switch" if values == ["0", "1"] else "menu" if coordinate.dtype.kind in "UO" else "slider"
    return {"name": str(coordinate.name), "label": label, "values": values, "kind": kind}


def place(data: xr.Dataset, controls, values: dict) -> list[int]:
    """The position of a setting on each control."""
    known = {dim: data[dim].values.tolist() for dim in controls}
    for dim, here in known.items():
        require(values[dim] in here, f"explore: {dim}={values[dim]!r} is none of {', '.join(map(text, here))}")
    return [here.index(values[dim]) for dim, here in known.items()]


def frames(values: xr.DataArray, controls: list[str]) -> dict:
    """The numbers of a variable, the controls it depends on first; four significant digits, None where not finite."""
    own = [dim for dim in values.dims if dim not in controls]
    require(len(own) <= 1, f"explore: {values.name} has two dimensions that are no controls: {', '.join(own)}")
    moving = [dim for dim in controls if dim in values.dims]
    flat = values.transpose(*moving, *own).values.astype(float).ravel()
    along, names = None, None
    if own and values[own[0]].dtype.kind in "UO":  # words stand side by side
        names = values[own[0]].values.tolist()
        along = list(range(1, len(names) + 1))
    elif own:
        along = values[own[0]].values.astype(float).tolist()
    numbers = [float(f"{v:.4g}") if np.isfinite(v) else None for v in flat]
    sizes = [values.sizes[dim] for dim in moving]
    by = [controls.index(dim) for dim in moving]
    return {"by": by, "sizes": sizes, "along": along, "names": names, "numbers": numbers}


def measured(panel: dict, series: dict) -> dict:
    """The panel, its axes with the limits that hold every frame, and their ticks."""
    for axis in "xy" if panel["marks"][0]["kind"] not in ("heat", "image") else "":
        pool = [number for m in panel["marks"] for number in extent(m, axis, series) if number is not None]
        panel[axis] = scaled(panel[axis], np.array(pool))
    first = series[panel["marks"][0]["y"]]
    if first["names"] or panel["marks"][0]["kind"] == "bars":
        panel["x"]["ticks"] = list(zip(first["along"], first["names"] or map(text, first["along"]), strict=True))
    return panel


def extent(mark: dict, axis: str, series: dict) -> list:
    """All numbers of a mark along an axis, bars with their foot and their width."""
    if axis == "x" and mark["x"] is None:
        along = series[mark["y"]]["along"]
        return [along[0] - 0.6, *along, along[-1] + 0.6] if mark["kind"] == "bars" else along
    foot = [0.0] if mark["kind"] == "bars" else []  # on a logarithmic axis left out again
    return series[mark[axis]]["numbers"] + foot


def scaled(axis: dict, pool: np.ndarray) -> dict:
    """The axis with its limits, which hold the pool of numbers unless they are given, and its ticks."""
    pool = pool[pool > 0] if axis["log"] else pool
    low, high = axis["lim"] or (pool.min(), pool.max())
    locator = LogLocator(numticks=6) if axis["log"] else MaxNLocator(5, steps=[1, 2, 5, 10])
    ticks = [t for t in locator.tick_values(low, high) if low <= t <= high * (1 + 1e-9)]
    return axis | {"lim": [float(low), float(high)], "ticks": [[float(t), f"{t:g}"] for t in ticks]}


def frame(series: dict, at: list[int]) -> list:
    """The numbers of a variable at a setting."""
    first = 0
    for k, size in zip(series["by"], series["sizes"], strict=True):
        first = first * size + at[k]
    length = len(series["along"] or [0])
    return series["numbers"][first * length : (first + 1) * length]


def numbers(spec: dict, name: str) -> np.ndarray:
    """The numbers of the first frame; NaN where it diverged."""
    return np.array(frame(spec["series"][name], spec["start"]), dtype=float)


def still(spec: dict) -> bytes:
    """The first frame as a PNG, where nothing can be dragged."""
    fig, axes = plt.subplots(1, len(spec["panels"]), figsize=(3.6 * len(spec["panels"]), 2.7), squeeze=False)
    for panel, ax in zip(spec["panels"], axes[0], strict=True):
        ax.set_title(panel["title"], fontsize=10)
        for m in panel["marks"]:
            draw(m, spec, ax)
        for axis in "xy":
            look = panel[axis]
            ax.set(**{f"{axis}label": look["label"], f"{axis}scale": "log" if look["log"] else "linear"})
            if look["lim"]:
                places, words = zip(*look["ticks"], strict=True)
                ax.set(**{f"{axis}lim": look["lim"], f"{axis}ticks": places, f"{axis}ticklabels": words})
        ax.legend(*ax.get_legend_handles_labels(), fontsize=8)  # of the marks that have a label
    file = BytesIO()
    fig.savefig(file, format="png", dpi=110)
    plt.close(fig)
    return file.getvalue()


def draw(m: dict, spec: dict, ax) -> None:
    """The first frame of a mark, by matplotlib."""
    series = spec["series"][m["y"]]
    if m["kind"] == "heat":
        ax.imshow(np.array(series["numbers"], dtype=float).reshape(series["sizes"]).T, origin="lower", aspect="auto")
        for k, axis in zip(series["by"], (ax.xaxis, ax.yaxis), strict=True):
            axis.set_ticks(range(len(spec["controls"][k]["values"])), spec["controls"][k]["values"], fontsize=7)
        return
    y, x = numbers(spec, m["y"]), series["along"] if m["x"] is None else numbers(spec, m["x"])
    look = {"label": m["label"]} | ({"color": "#999999"} if m["faint"] else {})
    if m["kind"] == "image":
        ax.imshow(y.reshape(2 * [round(len(y) ** 0.5)]).T, origin="lower", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
    elif m["kind"] == "bars":
        ax.bar(x, y, width=0.7, **look)
    else:
        ax.plot(x, y, "o" if m["kind"] == "dots" else "-", markersize=4, **look)
