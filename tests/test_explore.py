"""Explorable figures: every number on the page is one of the data's, and a real browser can drag them."""

import json
import re

import numpy as np
import pytest
import xarray as xr

from tricks.explore import explore, frame, mark, panel

GAIN, ADAM, LAYER = [1.0, 2.0, 4.0], [0, 1], [1, 2, 3, 4]


@pytest.fixture(scope="module")
def data():
    draw = np.random.default_rng(0)
    norms = draw.lognormal(size=(3, 4))
    path = draw.normal(size=(4, 2, 3))  # stored with its own dimension first
    end = np.array([[0.5, 0.25], [0.125, np.nan], [0.75, 1.0]])
    square = np.array([[0.0, 0.25, 0.5, 1.0], [1.0, 1.0, 0.0, 0.0]])
    variables = {
        "square": (("adam", "layer"), square),
        "norm": (("gain", "layer"), norms),
        "path": (("layer", "adam", "gain"), path),
    }
    return xr.Dataset(variables | {"end": (("gain", "adam"), end)}, dict(gain=GAIN, adam=ADAM, layer=LAYER))


def figure(data, **changes):
    panels = [
        panel("Bars", mark("bars", "norm"), x="layer", log="y"),
        panel("Path", mark("line", "path"), mark("dots", "path", x="norm", faint=True)),
        panel("Map", mark("heat", "end"), x="gain", y="adam"),
        panel("Square", mark("image", "square")),
    ]
    how = dict(name="small", alt="Bars and a path", readouts={"end": "end"}, presets={"wild": {"gain": 4.0, "adam": 1}})
    return explore(data, **(dict(controls={"gain": "gain", "adam": "Adam"}, panels=panels) | how | changes))


def test_every_frame_is_what_the_data_say(data):
    series = figure(data).spec["series"]
    for g, gain in enumerate(GAIN):
        for a, adam in enumerate(ADAM):
            here = {name: frame(series[name], [g, a]) for name in ("norm", "path", "end")}
            np.testing.assert_allclose(here["norm"], data.norm.sel(gain=gain), rtol=5e-4)
            np.testing.assert_allclose(here["path"], data["path"].sel(gain=gain, adam=adam), rtol=5e-4)
            expected = data.end.sel(gain=gain, adam=adam).item()
            assert here["end"] == [None if np.isnan(expected) else expected]


def test_the_axes_hold_every_frame(data):
    bars, path, *_ = figure(data).spec["panels"]
    assert bars["y"]["lim"] == pytest.approx([data.norm.min().item(), data.norm.max().item()], rel=1e-3)
    assert path["y"]["lim"] == pytest.approx([data["path"].min().item(), data["path"].max().item()], rel=1e-3)
    assert bars["x"]["lim"] == pytest.approx([0.4, 4.6])


def test_it_has_a_page_a_still_and_a_line_of_text(data):
    shown = figure(data)
    assert repr(shown) == "explore: 3 gain × 2 adam; end 0.5"
    assert shown._repr_png_().startswith(b"\x89PNG")
    page = shown._repr_html_()
    assert 'alt="Bars and a path"' in page and "http:" not in page.replace("http://www.w3.org/2000/svg", "")
    stored = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1])
    assert stored["presets"] == {"wild": [2, 1]} and [c["kind"] for c in stored["controls"]] == ["slider", "switch"]


@pytest.mark.parametrize(
    "changes, says",
    [
        (dict(controls={"width": "width"}), "no dimension 'width'"),
        (dict(readouts={"loss": "loss"}), "no variable 'loss'"),
        (dict(start={"gain": 3.0}), "gain=3.0 is none of 1, 2, 4"),
        (dict(presets={"far": {"adam": 2}}), "adam=2 is none of 0, 1"),
        (dict(controls={"adam": "Adam"}), "has two dimensions that are no controls: gain, layer"),
    ],
)
def test_what_is_not_there_is_named(data, changes, says):
    with pytest.raises(ValueError, match=says):
        figure(data, **changes)
    with pytest.raises(ValueError, match="kind='pie'"):
        mark("pie", "norm")


@pytest.fixture
def page(browser, data, tmp_path):
    """The figure in a page of its own, on a phone; a question comes first."""
    file = tmp_path / "page.html"
    ask = ("Which?", ["one", "four"], "See for yourself.")
    file.write_text(
        f'<meta charset="utf-8"><body class="bd-article">{figure(data, predict=ask)._repr_html_()}', "utf-8"
    )
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page, page.problems = context.new_page(), []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: request.url.startswith("file:") or page.problems.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert [p for p in page.problems if not p.startswith("data:")] == []
    context.close()


def drawn(page):
    """The numbers that the page shows now: the setting, the readout, and the path."""
    path = page.get_attribute('path[data-series="path"]', "d")
    return page.get_attribute("figure.xp", "data-at"), page.inner_text(".xp-readouts b"), path


def test_a_prediction_comes_first_and_then_it_can_be_dragged(page):
    slider = page.get_by_role("slider", name="gain")
    assert slider.is_disabled() and drawn(page)[:2] == ("0,0", "0.5")
    page.get_by_role("button", name="four").click()
    assert "You say: four. See for yourself." in page.inner_text("figure.xp")
    before = drawn(page)
    slider.focus()
    page.keyboard.press("ArrowRight")
    after = drawn(page)
    assert after[:2] == ("1,0", "0.125") and after[2] != before[2]
    assert slider.get_attribute("aria-valuetext") == "2"
    page.get_by_role("checkbox", name="Adam").check()
    assert drawn(page)[:2] == ("1,1", "diverged")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_image_is_drawn_from_its_lower_left_column_by_column(page):
    shades = page.locator('g[data-series="square"] path')
    first = "all => all.map(p => p.getAttribute('d').match(/[\\d.]+/g).slice(0, 2).map(Number))"
    place = shades.evaluate_all(first)
    assert place[0][0] == place[1][0] < place[2][0] and place[1][1] < place[0][1] == place[2][1]
    look = "all => all.map(p => [p.getAttribute('fill'), +p.getAttribute('opacity')])"
    assert shades.evaluate_all(look) == [
        ["var(--xp-0)", 1], ["var(--xp-0)", 0.5], ["var(--xp-4)", 0], ["var(--xp-4)", 1],
    ]  # fmt: skip


def test_squares_of_one_shade_are_one_path(page):
    page.get_by_role("button", name="just let me try").click()
    page.get_by_role("checkbox", name="Adam").check()  # 1, 1, 0, 0
    shades = page.locator('g[data-series="square"] path')
    assert [d.count("M") for d in shades.evaluate_all("all => all.map(p => p.getAttribute('d'))")] == [2, 2]


def test_the_map_can_be_dragged_presets_jump_and_the_address_keeps_the_setting(page):
    page.get_by_role("button", name="just let me try").click()
    page.get_by_role("button", name="wild").click()
    assert drawn(page)[:2] == ("2,1", "1")
    assert page.url.endswith("#gain=4&adam=1")
    page.locator("g.xp-heat").scroll_into_view_if_needed()
    box = page.locator("g.xp-heat").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 6, box["y"] + box["height"] / 4)
    page.mouse.down()
    assert drawn(page)[:2] == ("0,1", "0.25")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3 * box["height"] / 4)
    assert drawn(page)[:2] == ("1,0", "0.125")
    page.mouse.up()
    page.goto(page.url.split("#")[0] + "#gain=4&adam=0")
    page.reload()
    assert drawn(page)[:2] == ("2,0", "0.75") and page.get_by_role("slider", name="gain").is_enabled()


WORDS = """svg => [...svg.querySelectorAll("text")].filter(t => t.textContent).map(t => {
  const {left, top, right, bottom} = t.getBoundingClientRect(), edge = svg.getBoundingClientRect();
  return [t.textContent, left - edge.left, top - edge.top, right - edge.left, bottom - edge.top, edge.width];
})"""


def overlapping(words):
    """Pairs of words that lie on each other by more than the rounding of their boxes."""
    for i, (one, left, top, right, bottom, _) in enumerate(words):
        for other, left_2, top_2, right_2, bottom_2, _ in words[:i]:
            if min(right, right_2) - max(left, left_2) > 1 and min(bottom, bottom_2) - max(top, top_2) > 3:
                yield one, other


@pytest.fixture
def crowded(browser, data, tmp_path):
    """Two panels with large numbers, tiny ones on a logarithmic axis, and labels that take two lines."""
    numbers = {"tiny": 10.0 ** -(8 + 2 * data.layer), "large": 12_345.0 * data.layer}
    many = data.assign(numbers).assign(tiny=numbers["tiny"] * data.norm)
    labels = ["on data it has learned from", "on data it has not seen", "the mean of both"]
    marks = [mark(kind, "tiny", label=label) for kind, label in zip(("line", "dots", "line"), labels, strict=True)]
    panels = [
        panel("Gradient", *marks, y="size of the gradient", x="layer", log="y"),
        panel("Steps", mark("line", "large"), y="steps until it is done", x="layer"),
    ]
    file = tmp_path / "crowded.html"
    file.write_text(f'<meta charset="utf-8">{figure(many, panels=panels)._repr_html_()}', "utf-8")
    with browser.new_context(viewport={"width": 800, "height": 600}) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        yield page


def test_words_neither_overlap_nor_stick_out_and_labels_stay_clear_of_what_they_name(crowded):
    for picture in crowded.locator(".xp-panels svg").all():
        words = picture.evaluate(WORDS)
        assert list(overlapping(words)) == []
        assert all(left >= -1 and top >= -1 and right <= width + 1 for _, left, top, right, _, width in words)
    first = crowded.locator(".xp-panels svg").first
    bottoms = {text: bottom for text, *_, bottom, _ in first.evaluate(WORDS)}
    curve = 'path => path.getBoundingClientRect().top - path.closest("svg").getBoundingClientRect().top'
    highest = min(path.evaluate(curve) for path in first.locator('path[data-series="tiny"][d]').all())
    assert bottoms["on data it has learned from"] < bottoms["the mean of both"] <= highest + 3
    assert "10⁻¹⁰" in bottoms


def test_panels_side_by_side_have_equal_heights(crowded):
    frames = crowded.locator('.xp-panels path[stroke="currentColor"]').evaluate_all(
        "all => all.map(p => p.getAttribute('d'))"
    )
    tops, feet = zip(*(re.match(r"M\S+ (\S+)V(\S+)H", d).groups() for d in frames), strict=True)
    assert len(tops) == 2 and len(set(tops)) == len(set(feet)) == 1


def test_without_scripts_the_still_remains(browser, data, tmp_path):
    file = tmp_path / "still.html"
    file.write_text(figure(data)._repr_html_(), "utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.get_by_role("img", name="Bars and a path").is_visible()
    context.close()


def test_far_down_a_page_it_wakes_when_it_is_near_and_at_once_for_a_linked_setting(browser, data, tmp_path):
    file, above = tmp_path / "long.html", '<div style="height: 9000px"></div>'
    file.write_text(f'<meta charset="utf-8"><body class="bd-article">{above}{figure(data)._repr_html_()}', "utf-8")
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_timeout(300)
        still = page.get_by_role("img", name="Bars and a path")
        assert still.is_visible() and page.get_by_role("slider").count() == 0
        page.mouse.wheel(0, 7800)
        page.wait_for_selector("figure.xp[data-at='0,0']")
        assert still.is_hidden() and page.locator("input[type=range]").count() == 1
        page.goto(file.as_uri() + "#gain=4&adam=0")
        page.reload()
        assert drawn(page)[0] == "2,0"
        page.evaluate("location.hash = 'gain=2&adam=0'")
        page.wait_for_selector("figure.xp[data-at='1,0']")
