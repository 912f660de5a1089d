"""What the ledger draws: an effect with its interval, and the choice of rows."""

from pathlib import Path

WIDTH, HEIGHT = 150, 22


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


def choice():
    """The script that lets one choose a chapter and a verdict; without scripts the whole table stands."""
    return f"<script>{Path(__file__).with_name('choice.js').read_text('utf-8')}</script>"
