"""Style sheets lose only what no page can use, and pictures get the room that they will need."""

import re
from types import SimpleNamespace

import pytest
import tinycss2
from conftest import ROOT
from light import BETTER, few_scripts, lazy_pictures, lighten, plain_code, retouch, size, thin, unpacked
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer


def thinned(text, *words):
    return "".join(thin(tinycss2.parse_stylesheet(text, True, True), set(words)))


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("p{a:b}", "p{a:b}"),
        (".on{a:b}", ".on{a:b}"),
        (".off{a:b}", ""),
        ("#off p{a:b}", ""),
        (".on.off{a:b}", ""),
        (".off,.on>p,#on{a:b}", ".on>p,#on{a:b}"),
        (".on:not(.off){a:b}", ".on:not(.off){a:b}"),
        ("@media print{.off{a:b}}", ""),
        ("@media print{.off{a:b}.on{c:d}}", "@media print{.on{c:d}}"),
        ("@keyframes turn{to{a:b}}", "@keyframes turn{to{a:b}}"),
        ('@font-face{src:url("../vendor/fontawesome/a.woff2")}', ""),
        ('@font-face{src:url("fonts/a.woff2")}', '@font-face{src:url("fonts/a.woff2")}'),
    ],
)
def test_only_rules_go_whose_names_occur_nowhere(rule, left):
    assert thinned(rule, "on") == left


def test_points_of_a_drawing_become_pixels(tmp_path):
    (tmp_path / "a.svg").write_text('<?xml version="1.0"?>\n<svg width="75pt" height="30.1pt" viewBox="0 0 75 30.1"/>')
    assert size(tmp_path / "a.svg") == ' width="100" height="40"'


def test_pictures_wait_and_only_those_of_the_text_get_a_size(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images/a.svg").write_text('<svg width="3" height="2"/>')
    text = lazy_pictures('<img alt="A" src="_images/a.svg" /><img src="logo.png">', tmp_path)
    assert text == (
        '<img alt="A" src="_images/a.svg" width="3" height="2" loading="lazy" decoding="async">'
        '<img src="logo.png" loading="lazy" decoding="async">'
    )


def test_a_page_keeps_the_scripts_that_it_can_need():
    names = ("searchindex.js", "a/copybutton.js?v=1", "own.js")
    page = "".join(f'<script src="{name}"></script>' for name in names)
    own = '<script defer src="own.js"></script>'
    assert few_scripts(page, searches=False) == own
    assert few_scripts(page, searches=True) == '<script defer src="searchindex.js"></script>' + own
    assert '<script defer src="a/copybutton.js?v=1">' in few_scripts(page + '<p class="highlight-python">', False)


def test_the_script_of_the_menus_waits_for_the_reader():
    page = few_scripts('<p><script src="a/bootstrap.js?digest=1"></script>', searches=False)
    assert page.startswith('<p><link rel="prefetch" href="a/bootstrap.js"><script>//') and "bootstrap.js?" not in page


def test_code_keeps_every_character_and_only_the_elements_that_have_a_colour():
    code = 'for k in range(3):\n    print(f"{k}: {x[k] ** 2:.1f}" if x[k] < 1 else -k)  # so\n'
    whole = highlight(code, PythonLexer(), HtmlFormatter())
    light = plain_code(whole)
    assert re.sub("<[^>]*>", "", light) == re.sub("<[^>]*>", "", whole)
    kinds = set(re.findall('class="([^"]*)"', light))
    assert {"k", "ow", "nb", "mi", "c1", "s2"} <= kinds and not kinds & {"n", "o", "p", "w"}
    assert light.count("<span") == light.count("</span>")


def test_the_theme_starts_part_by_part_and_measures_all_blocks_before_it_marks_one(tmp_path):
    (script := tmp_path / "theme.js").write_text(";".join(BETTER))
    for _ in range(2):  # a second build finds the first one's
        retouch(script)
        assert [script.read_text().count(part) for part in ("queueMicrotask", '"toggle"', "setTimeout(e)")] == [1, 1, 1]
    script.write_text("blocks.forEach(mark)")
    with pytest.raises(AssertionError, match=r"theme\.js is another version"):
        retouch(script)


def test_a_script_held_twice_is_one_file_that_comes_after_its_many_numbers(tmp_path):
    (tmp_path / "_static").mkdir()
    draw, numbers = f"draw(){';' * 1000}", f"[{'1,' * 5000}2]"
    figure = '<script type="application/json">{}</script><script>{}</script>'.format
    page = f"<head></head>{figure(numbers, draw)}{figure('[1]', draw)}"
    text = unpacked(page, tmp_path, "../")
    first, second = re.findall(r'src="\.\./(_static/[^"]+)"', text)
    assert (tmp_path / second).read_text() == draw and draw not in text
    name = re.search(r'json" id="([\w-]+)"></script>', text)[1]
    assert (tmp_path / first).read_text() == f'document.getElementById("{name}").textContent="{numbers}"'
    assert ">[1]</script>" in text and numbers not in text
    alone = f"<head></head>{figure(numbers, draw)}"
    assert unpacked(alone, tmp_path, "../") == alone


def test_every_icon_s_number_is_its_place_in_the_one_picture():
    sheet = (ROOT / "book/_static/icons.css").read_text("utf-8")
    n = sheet.count("%3Cpath")
    assert re.findall(r"translate\((\d+)\)", sheet) == [str(24 * k) for k in range(n)]
    assert re.findall(r"\{ --icon: (\d+); \}", sheet) == [str(k) for k in range(n)]
    places = (f"viewBox='0 0 {24 * n} 24'", f"var(--icon) / {n - 1})", f"mask-size: {100 * n}% 100%")
    assert all(place in sheet for place in places)


def test_one_sheet_of_several_still_finds_what_they_refer_to(tmp_path):
    (tmp_path / "_static/katex").mkdir(parents=True)
    (tmp_path / "part").mkdir()
    (tmp_path / "_static/base.css").write_text("b{a:b}")
    (tmp_path / "_static/katex/k.css").write_text("@import '../base.css';.k{src:url(fonts/k.woff2)}.gone{a:b}")
    (tmp_path / "_static/tricks.css").write_text(".gone { a: url('data:x') }")
    head = (
        '<link rel="stylesheet" href="../_static/katex/k.css?v=1"><link rel="stylesheet" href="../_static/tricks.css">'
    )
    (tmp_path / "part/page.html").write_text(head + '<p class="k">')
    lighten(SimpleNamespace(outdir=tmp_path), None)
    sheet = (tmp_path / "_static/course.css").read_text()
    assert sheet == "b{a:b}\n.k{src:url(katex/fonts/k.woff2)}\n.gone { a: url('data:x') }"
    page = (tmp_path / "part/page.html").read_text()
    assert page.count("<link") == 1 and 'href="../_static/course.css?v=' in page
