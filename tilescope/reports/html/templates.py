"""Templates of the page: escaped by default, read from the package, JSON safe inside a script."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@cache
def environment() -> Environment:
    """The one environment: autoescape for every template, an undefined name is an error."""
    found = Environment(
        loader=PackageLoader("tilescope.reports.html", "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["in_script"] = in_script
    return found


def render(template: str, **values: Any) -> str:
    """The text of a template."""
    return environment().get_template(template).render(**values)


def in_script(value: Any) -> Markup:
    """JSON for a script element: no character in it can end the element or begin a tag."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
