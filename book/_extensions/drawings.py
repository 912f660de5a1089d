"""Drawings of few elements: what a plot draws in one look, one after the other, is one path.

Matplotlib makes an element of each letter, each dot and each line. A browser lays all of them out, copies of a shape
twice, before it answers a reader again. The picture stays what it was: what lies upon something else still does.
"""

import re
from itertools import groupby
from xml.etree import ElementTree

import numpy as np

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
DEFS, GROUP, PATH, USE, METADATA = (SVG + name for name in ("defs", "g", "path", "use", "metadata"))
UNSEEN = (DEFS, METADATA)
COPY, PLACE, LETTER = "copy", "place", "letter"  # of a path, for as long as it may be joined with others
COMMAND = re.compile(r"([MLQC])([^MLQCz]*)|z")  # those that Matplotlib writes
NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"
MOVED = re.compile(rf"translate\({NUMBER} {NUMBER}\)")
SCALED = re.compile(rf"scale\({NUMBER}\)$")
FINER = re.compile(r"(\.\d\d\d)\d+")  # than anyone sees
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def relative(data, scale=1.0):
    """A path as seen from the point (0, 0), each of its points from the last: copies of a shape have equal texts."""
    here = start = (0.0, 0.0)
    parts = []
    for command in COMMAND.finditer(data):
        if command[0] == "z":
            here = start
            parts.append("z")
            continue
        numbers = [scale * float(number) for number in command[2].split()]
        parts.append(command[1].lower() + " ".join(f"{number - here[k % 2]:.4g}" for k, number in enumerate(numbers)))
        here = tuple(numbers[-2:])
        start = here if command[1] == "M" else start
    return "".join(parts)


def outline(shape):
    """A shape as seen from its middle; what Matplotlib approximates a circle by, as that circle."""
    data = shape.get("d", "")
    if data.count("C") == 8:
        points = np.array(re.findall(NUMBER, data), dtype=float).reshape(-1, 2)
        radius = np.hypot(*points.T)  # every third is on the curve, the others draw it
        if np.ptp(radius[::3]) < 1e-3 * radius[0] and np.ptp(radius) < 0.04 * radius[0]:
            r = f"{radius[0]:.4g}"
            return f"m-{r} 0a{r} {r} 0 1 0 {2 * radius[0]:.4g} 0a{r} {r} 0 1 0 -{2 * radius[0]:.4g} 0z"
    return relative(data)


def styles(element):
    """The style of an element, part by part."""
    parts = (part.split(":") for part in element.get("style", "").split(";") if part)
    return {name.strip(): value.strip() for name, value in parts}


def letter(use, shape):
    """A letter as a path, in the colour of the text that it stands in."""
    place = use.get("transform", "")
    unit, scale = (float(found[1]) if found else 1.0 for found in map(SCALED.search, (shape.get("transform"), place)))
    x, y = found.groups() if (found := MOVED.search(place)) else (0, 0)
    return ElementTree.Element(PATH, {COPY: LETTER}, d=f"M{x} {y}{relative(shape.get('d', ''), unit * scale)}")


def copied(use, shape):
    """A copy of a shape as a path of its own."""
    style = ";".join(f"{name}:{value}" for name, value in (styles(use) | styles(shape)).items())
    place = f"{use.get('x')} {use.get('y')}"
    marks = {COPY: shape.get("id"), PLACE: place}
    return ElementTree.Element(PATH, marks, style=style, d=f"M{place}{outline(shape)}")


def drawn(element, shapes):
    """What an element draws, in few: a group without a look of its own gives way to what is in it."""
    inner = [child for child in element if child.tag not in UNSEEN]
    look = {name: value for name, value in element.items() if name != "id"}
    if element.tag == USE:
        shape = shapes[element.get(LINK)[1:]]
        return [(letter if shape.get("transform") else copied)(element, shape)]
    inner = joined([part for child in inner for part in drawn(child, shapes)], shapes)
    if element.tag == GROUP and not (look and inner):
        return inner
    if element.tag == GROUP and len(inner) == 1 and inner[0].get(COPY) == LETTER:
        return [ElementTree.Element(PATH, look | dict(inner[0].items()))]
    if element.tag == PATH:
        look["d"] = FINER.sub(r"\1", look.get("d", ""))
    few = ElementTree.Element(element.tag, look)
    few.extend(inner)
    return [few]


def lots(copies, reach):
    """Copies in as few lots as there are layers of them: of two that may meet, the later is in a later lot."""
    places = np.array([copy.get(PLACE).split() for copy in copies], dtype=float)
    layer = np.zeros(len(copies), dtype=int)
    for k in range(1, len(copies)):
        near = (abs(places[:k] - places[k]) < 2 * reach).all(axis=1)
        layer[k] = 1 + layer[:k][near].max(initial=-1)
    return [[copies[k] for k in np.flatnonzero(layer == depth)] for depth in range(layer.max() + 1)]


def joinable(parts, shapes):
    """Neighbours of one look in lots, each of which may be one path.

    Where see-through parts meet, or edges in another colour than the faces, it is seen which lies upon which.
    """
    first, style = parts[0], styles(parts[0])
    if first.get(COPY) == LETTER:
        return [parts]
    see_through = any(name.endswith("opacity") and float(value) < 1 for name, value in style.items())
    face, edge = style.get("fill", "#000000"), style.get("stroke", "none")
    if not see_through and (face == "none" or (first.get(COPY) and face == edge)):
        return [parts]
    if not first.get(COPY):
        return [[part] for part in parts]
    numbers = re.findall(NUMBER, shapes[first.get(COPY)].get("d", ""))
    return lots(parts, max(abs(float(number)) for number in numbers) + float(style.get("stroke-width", 1)))


def joined(parts, shapes):
    """The same, neighbours as one path where they may be."""

    def look(part):
        if part.tag != PATH:
            return id(part)
        return {name: value for name, value in part.items() if name not in ("d", PLACE)}

    paths = []
    for _, alike in groupby(parts, look):
        for first, *others in joinable(list(alike), shapes):
            if others:
                first.set("d", "".join(part.get("d", "") for part in (first, *others)))
            paths.append(first)
    return paths


def few_elements(text):
    """The text of the same drawing with fewer elements, and without its date."""
    root = ElementTree.fromstring(text)
    shapes = {path.get("id"): path for path in root.iterfind(f".//{DEFS}/{PATH}")}
    few = drawn(root, shapes)[0]
    few.insert(0, ElementTree.Element(DEFS))
    few[0].extend([part for defs in root.iter(DEFS) for part in defs if part.tag != PATH])
    for path in few.iter(PATH):
        for mark in (COPY, PLACE):
            path.attrib.pop(mark, None)
    return ElementTree.tostring(few, "unicode")
