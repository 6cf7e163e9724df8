"""A report as a tree, asked which of its figures nothing explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

FIGURE = re.compile(
    r"\d\s*(?:ns|µs|ms|s|B|KiB|MiB|GiB|%|×|dB|MHz|mJ|µJ|GB/s|GFLOP/s|GOPS|launches|misses)(?!\w)"
)
"""A number with a unit, as the report writes them."""
VOID = {"meta", "link", "input", "br", "wbr", "hr", "img"}


@dataclass
class Element:
    """An element of a page, with what stands in it in order."""

    tag: str
    attributes: dict[str, str]
    above: Element | None = None
    inside: list[Element | str] = field(default_factory=list)

    def elements(self) -> Iterator[Element]:
        """It and all that stand in it."""
        yield self
        for one in self.inside:
            if isinstance(one, Element):
                yield from one.elements()

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    @property
    def is_noted(self) -> bool:
        """Whether a footnote to a formula stands in it."""
        return any("note" in one.classes for one in self.elements())


class Page(HTMLParser):
    """Reads a report into a tree."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self._here = Element("page", {})
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {key: value or "" for key, value in attrs}, self._here)
        self._here.inside.append(made)
        if tag not in VOID:
            self._here = made

    def handle_endtag(self, tag: str) -> None:
        while self._here.tag != tag and self._here.above is not None:
            self._here = self._here.above
        self._here = self._here.above or self.root

    def handle_data(self, data: str) -> None:
        self._here.inside.append(data)


def explained(element: Element) -> bool:
    """Whether hovering over it, or a footnote of what it stands in, tells what a figure is."""
    cell: Element | None = None
    one: Element | None = element
    while one is not None:
        if "fig" in one.classes or "data-p" in one.attributes or "note" in one.classes:
            return True
        if one.tag in ("td", "th"):
            cell = one
        if one.tag == "table" and cell is not None and _column(one, cell).is_noted:
            return True
        heads = [
            head for head in one.inside if isinstance(head, Element) and head.tag in ("h2", "h3")
        ]
        if one.tag in ("article", "section") and any(head.is_noted for head in heads):
            return True
        one = one.above
    return False


def _column(table: Element, cell: Element) -> Element:
    """The head of a cell's column."""
    assert cell.above is not None
    row = [one for one in cell.above.inside if isinstance(one, Element)]
    heads = [
        one for one in table.elements() if one.tag == "th" and one.attributes.get("scope") == "col"
    ]
    return heads[row.index(cell)]


def unexplained(report: str) -> list[str]:
    """Texts with a figure of which nothing says what it is."""
    main = next(one for one in Page(report).root.elements() if one.tag == "main")
    return [
        text.strip()
        for one in main.elements()
        if one.tag not in ("option", "script")
        and not {"formulas", "absent"} & (one.classes | (one.above.classes if one.above else set()))
        for text in one.inside
        if isinstance(text, str) and FIGURE.search(text) and not explained(one)
    ]
