"""Templates of a report: escaped by default, read from the package, JSON safe inside a script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tilescope.reports.names import shown, shown_within

PARTS = ("tilescope.reports.html", "parts")
TYPED = re.compile(r"`([^`]+)`|(?<![\w-])(--[a-z][a-z-]*(?: \d[\d.]*)?)")
"""What a sentence tells its reader to type: in backquotes, or an option with its number."""
UNITS = "ns|µs|ms|s|×|B|KiB|MiB|GiB|GB/s|mJ|µJ|J|runs?|threads?"
QUANTITY = re.compile(rf"(?<=±) (?=\d)|(?<=\d) (?=%|(?:{UNITS})(?!\w))")
NO_BREAK = "\u00a0"


@cache
def environment() -> Environment:
    """The one environment.

    Every text is escaped and its unseen characters written out; an undefined name is an error.
    """
    found = Environment(
        loader=PackageLoader(*PARTS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["in_script"] = in_script
    found.filters["said"] = said
    found.filters["named"] = named
    found.filters["command"] = command
    return found


def render(template: str, **values: Any) -> str:
    """The text of a template."""
    return environment().get_template(template).render(**values)


def verbatim(*names: str) -> Markup:
    """Our own style sheets or scripts, one after the other, as they are."""
    loader, env = environment().loader, environment()
    assert loader is not None
    return Markup("\n").join(Markup(loader.get_source(env, name)[0].strip()) for name in names)


def allowed(script: str) -> str:
    """What a content security policy calls a script that may run: its hash."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def in_script(value: Any) -> Markup:
    """JSON for a script element: no character in it can end the element or begin a tag."""
    text = json.dumps(
        shown_within(value), ensure_ascii=True, separators=(",", ":"), allow_nan=False
    )
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def said(text: str) -> Markup:
    """A sentence that keeps numbers with their units and shows what to type as such."""
    kept = str(escape(QUANTITY.sub(NO_BREAK, shown(text))))
    return Markup(TYPED.sub(lambda found: f"<code>{found[1] or found[2]}</code>", kept))


def command(text: str) -> Markup:
    """A command that breaks between its words and in no option."""
    words = (f"<span>{escape(word)}</span>" for word in shown(text).split(" "))
    return Markup(" ".join(words))


def named(text: str) -> Markup:
    """A name that may break after its dots, dashes and underscores."""
    return Markup(re.sub(r"([._-])(?=\w)", r"\1<wbr>", str(escape(shown(text)))))


def _seen(value: Any) -> Any:
    return shown(value) if type(value) is str else value
