"""Drawings with fewer elements show what they showed: the same pixels, whatever lies upon what."""

import base64
import io
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawings import few_elements, outline, relative
from PIL import Image

DRAW = np.random.default_rng(0)
DOTS = DRAW.normal(size=(2, 300))


def dots(ax, **look):
    ax.scatter(*DOTS, **look)


def lines(ax):
    for k in range(20):
        ax.plot(DRAW.normal(size=30), color="C1", linestyle="--" if k % 2 else "-", linewidth=1)
    ax.grid()


def crossing(ax):
    """Lines that lie upon each other in turn."""
    for k in range(8):
        ax.plot([k, k + 6], [0, 1], color=f"C{k % 2}", linewidth=6)


def bars(ax):
    ax.bar(range(5), [1, -2, 3, -1, 2], color="C2", edgecolor="black")
    ax.fill_between(range(5), 0, [2, 1, 2, 1, 2], alpha=0.3)


def words(ax):
    ax.set(title=r"The loss, $\log_{10} \frac{x^2}{\hat{y}}$", xlabel="step of each", ylabel=r"$\Vert \theta \Vert$")
    ax.annotate("here", (0.5, 0.5), rotation=30)
    ax.plot([0, 1], label="one")
    ax.legend()


def image(ax):
    ax.imshow(np.outer(*DOTS[:, :20]))


def rings(ax):
    dots(ax, facecolor="white", edgecolor="black", s=60)
    ax.errorbar(range(3), range(3), yerr=1, marker="s", capsize=4)


PICTURES = {
    "dots": lambda ax: dots(ax, s=12),
    "see-through dots": lambda ax: dots(ax, alpha=0.3, s=80),
    "dots of many colours": lambda ax: dots(ax, c=DOTS[0], s=30),
    **{f.__name__: f for f in (lines, crossing, bars, words, image, rings)},
}


def saved(picture, kind="svg"):
    figure, ax = plt.subplots(figsize=(4, 3))
    picture(ax)
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    plt.close(figure)
    return file.getvalue().decode()


def seen(page, text):
    """What a browser paints, twice as large."""
    source = base64.b64encode(text.encode()).decode()
    page.set_content(f'<body style="margin: 0"><img src="data:image/svg+xml;base64,{source}">')
    page.evaluate("document.images[0].decode()")
    return np.array(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), dtype=int)


@pytest.fixture(scope="module")
def page(browser):
    with browser.new_context(device_scale_factor=2, viewport={"width": 400, "height": 300}) as context:
        yield context.new_page()


def elements(text):
    """How many a browser makes: of a copy two."""
    tags = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text).iter()]
    return len(tags) + tags.count("use")


def differing(one, other):
    """The part of pixels that differ by more than a rounded edge does."""
    return (abs(one - other).max(axis=2) > 60).mean()


@pytest.mark.parametrize("name", PICTURES)
def test_fewer_elements_paint_the_same(page, name):
    text = saved(PICTURES[name])
    few = few_elements(text)
    before, after = seen(page, text), seen(page, few)
    assert before.min() < 100  # something is there
    assert before.shape == after.shape and differing(before, after) < 2e-3
    assert elements(few) < 0.6 * elements(text)


def test_dots_in_another_order_would_be_seen(page):
    look = dict(facecolor="white", edgecolor="black", s=60)
    one, other = (saved(lambda ax, order=order: ax.scatter(*DOTS[:, ::order], **look)) for order in (1, -1))
    assert differing(seen(page, one), seen(page, other)) > 2e-3


def test_a_path_is_told_from_point_to_point():
    assert relative("M 1 2 \nL 4 2 \nQ 5 2 5 3 \nz\nM 1 3 \nL 2 3 \n") == "m1 2l3 0q1 0 1 1zm0 1l1 0"
    assert relative("M 1 2 \nL 4 2 \n", 0.5) == "m0.5 1l1.5 0"


def test_a_circle_is_a_circle_and_nothing_else_is():
    shapes = ElementTree.fromstring(saved(lambda ax: dots(ax, s=40))).iter("{http://www.w3.org/2000/svg}path")
    (circle,) = [shape for shape in shapes if shape.get("d").count("C") == 8]
    whole = circle.get("d")
    assert outline(circle).count("a") == 2
    for part, other in (("M 0 ", "M 1 "), ("C 0.", "C 3.")):
        circle.set("d", whole.replace(part, other, 1))
        assert "a" not in outline(circle)
