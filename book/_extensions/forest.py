"""What the ledger draws: an effect with its interval, the worlds a claim was carried to, and the choice of rows."""

from collections import Counter
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 150, 22
ALONE, COLUMNS, SQUARE = 10, 13, 10  # worlds that differ in one respect: the top row of the strip


def forest(verdict):
    """An SVG of the estimate and its 95 % interval, the smallest effect of interest as a band around zero.

    An exact claim has no interval, and nothing is drawn. The numbers stand beside it, so that it needs no words.
    """
    if verdict["n"] is None or not verdict.get("delta"):
        return ""
    low, high, delta = verdict["low"], verdict["high"], verdict["delta"]
    reach = 1.1 * max(abs(low), abs(high), 1.5 * delta)

    def x(value):
        return f"{WIDTH / 2 * (1 + value / reach):.1f}"

    band = f'<rect class="band" x="{x(-delta)}" y="0" width="{WIDTH * delta / reach:.1f}" height="{HEIGHT}"/>'
    zero = f'<path class="zero" d="M{x(0)} 0V{HEIGHT}"/>'
    line = (
        f'<path d="M{x(low)} {HEIGHT / 2}H{x(high)}"/><circle cx="{x(verdict["estimate"])}" cy="{HEIGHT / 2}" r="4"/>'
    )
    drawn = f'<g class="drawn-{verdict["verdict"]}">{line}</g>'
    return f'<svg class="forest" aria-hidden="true" viewBox="0 0 {WIDTH} {HEIGHT}">{band}{zero}{drawn}</svg>'


def number(value):
    text = f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return text.replace("-", "−")


def effect(verdict):
    """The estimate with its unit and interval, as one reads it; of two arms the second as well, which decides too."""
    text = f"{number(verdict['estimate'])} {verdict.get('unit', '')}".strip()
    if verdict["n"] is None:
        return text
    interval = f"[{number(verdict['low'])}, {number(verdict['high'])}], {verdict['n']} seeds"
    return f"{text} {interval}{verdict.get('remark', '')}"


def happened(one, unit):
    """What a claim met in one world, in words."""
    if one["verdict"] is None:
        return "not judged: " + one["remark"]
    estimate, low, high = (number(one[name]) for name in ("estimate", "low", "high"))
    return f"{one['verdict']}, {estimate} {unit}".rstrip() + f" [{low}, {high}]{one['remark']}"


def square(inside, x=1.5, y=1.5, title=""):
    """One world: filled where the claim holds, hollow where nothing is decided, crossed where it is otherwise."""
    side, fill = SQUARE - 3, "currentColor" if inside == "filled" else "none"
    place = f'x="{x:g}" y="{y:g}" width="{side}" height="{side}"'
    told = f"<title>{escape(title)}</title>" if title else ""
    cross = f'<path d="M{x:g} {y:g}l{side} {side}m0 -{side}l-{side} {side}"/>' if inside == "crossed" else ""
    return f'<g stroke="currentColor"><rect {place} fill="{fill}">{told}</rect>{cross}</g>'


def inside(one, row):
    """How the square of a world looks."""
    if one["verdict"] == row["verdict"]:
        return "filled"
    return "hollow" if one["verdict"] in (None, "inconclusive") else "crossed"


def strip(row, worlds, unit):
    """An SVG of a square a world; those that differ in one respect alone on top."""
    squares = []
    for i, (one, world) in enumerate(zip(row["found"], worlds, strict=True)):
        line, column = (0, i) if i < ALONE else (1 + (i - ALONE) // COLUMNS, (i - ALONE) % COLUMNS)
        place = SQUARE * column + 1.5, SQUARE * line + (line > 0) + 1.5
        squares.append(square(inside(one, row), *place, f"{world['name']}: {happened(one, unit)}"))
    height = SQUARE * (1 + -(-max(0, len(worlds) - ALONE) // COLUMNS)) + 1
    label = f"Holds in {row['holds']} of {row['of']} worlds"
    size = f'viewBox="0 0 {SQUARE * COLUMNS} {height}" style="max-width: {SQUARE * COLUMNS}px; width: 100%"'
    drawn = f'<svg class="worlds" role="img" aria-label="{label}" {size}>{"".join(squares)}</svg>'
    return f'<div class="judged-{row["verdict"]}" style="color: var(--kind)">{drawn}</div>'


def failures(row, worlds, unit):
    """The worlds in which a claim fails, in words, and what they have in common; nothing if there are none."""
    failed = [
        (world["name"], happened(one, unit))
        for one, world in zip(row["found"], worlds, strict=True)
        if one["verdict"] != row["verdict"]
    ]
    if not failed:
        return ""
    alone = [name for name, _ in failed if ", " not in name]
    why = [row["why"], f"One change alone is enough: {'; '.join(alone)}." if alone else ""]
    why += [often(failed, worlds) if len(failed) > 1 else "", same_side(row)]
    listed = "".join(f"<li>{escape(name)}: {escape(what)}</li>" for name, what in failed)
    kinds = Counter(one["verdict"] or "not judged" for one in row["found"] if one["verdict"] != row["verdict"])
    counts = ", ".join(f"{times} {kind}" for kind, times in kinds.most_common())
    head = f"<summary>Fails in {len(failed)} of {row['of']} worlds: {counts}</summary>"
    reasons = f"<p>{escape(' '.join(filter(None, why)))}</p>"
    return f'<details class="worlds ledger-note">{head}{reasons}<ul>{listed}</ul></details>'


def often(failed, worlds):
    """With which change a claim fails most often."""
    changes = [change for world in worlds for change in world["name"].split(", ")]
    met = [change for name, _ in failed for change in name.split(", ")]
    worst = max(sorted(set(met)), key=lambda change: met.count(change) / changes.count(change))
    return f"Most often with {worst}: in {met.count(worst)} of {changes.count(worst)} worlds."


def same_side(row):
    """In how many worlds the effect has its own sign, if it is an effect that counts."""
    if row["verdict"] == "equivalent":
        return ""
    same = sum((one["estimate"] or 0) * row["own"]["estimate"] > 0 for one in row["found"])
    return f"The effect has the sign of the claim's own in {same} of {row['of']}."


def key(look):
    """One square, to stand in a sentence."""
    return f'<svg aria-hidden="true" width="{SQUARE}" height="{SQUARE}">{square(look)}</svg>'


def legend(told):
    """What the squares mean, once on the page, and what was not carried anywhere."""
    names = [world["name"] for world in told["worlds"]]
    left = "".join(
        f"<li>{escape(reason)}: {escape(', '.join(ids.split()))}</li>" for reason, ids in told["left_out"].items()
    )
    return (
        f"<p>{len(told['claims'])} general claims were carried to {len(names)} other worlds each, with the settings of "
        "their own notebook: nothing was tuned again. A square is a world. "
        f"{key('filled')} The claim has the same verdict there; {key('hollow')} the interval decides nothing; "
        f"{key('crossed')} it has another verdict. The squares on top differ in one respect alone: "
        f"{'; '.join(names[:ALONE])}. Those below differ in two to five.</p>"
        f"<details><summary>What was not carried to other worlds, and why</summary><ul>{left}</ul></details>"
    )


def choice():
    """The script that lets one choose a chapter and a verdict; without scripts the whole table stands."""
    return f"<script>{Path(__file__).with_name('choice.js').read_text('utf-8')}</script>"
