"""The values along an axis, as they are typed: a list, or a range with its step.

`1,16,64` lists them. `64:1024:x2` doubles from 64 as long as 1024 is not passed, `64:256:+64` (or
`64:256:64`) adds. Ranges and single values may be mixed: `1,16:64:x2`.
"""

from __future__ import annotations

import re

from tilescope.errors import InputError

MOST_VALUES = 100_000
FORM = "a list as in 1,16,64 or a range as in 64:1024:x2 or 64:256:+64"
_RANGE = re.compile(r"([0-9]{1,9}):([0-9]{1,9}):(x|\+)?([0-9]{1,9}(?:\.[0-9]{1,6})?)")
_WHOLE = re.compile(r"[0-9]{1,9}")


def whole_values(text: str, what: str) -> tuple[int, ...]:
    """The whole numbers of an axis, 1 or more, in the order typed.

    `what` names the axis in messages. Raises InputError for what is no such list or range, for a
    value twice, and for a range that ends before it begins or never grows.
    """
    values: list[int] = []
    for part in text.replace("×", "x").split(","):
        part = part.strip()
        if _WHOLE.fullmatch(part):
            values.append(int(part))
        elif match := _RANGE.fullmatch(part):
            values += _range(part, what, int(match[1]), int(match[2]), match[3], match[4])
        else:
            raise InputError(f"{what} is {FORM}, not {text!r}.")
        if len(values) > MOST_VALUES:
            raise InputError(f"{what} has more than {MOST_VALUES:,} values; take fewer.")
    for value in values:
        if value < 1:
            raise InputError(f"{what} has the value {value}; each is 1 or more.")
    if len(set(values)) != len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise InputError(f"{what} has the value {twice} twice.")
    return tuple(values)


def _range(
    text: str, what: str, first: int, last: int, sign: str | None, typed_step: str
) -> list[int]:
    if sign != "x" and "." in typed_step:
        raise InputError(f"{what} adds {typed_step} in {text!r}; a step is a whole number.")
    step = float(typed_step)
    if first > last:
        raise InputError(f"{what} goes from {first} to {last} in {text!r}, which is no point.")
    if step <= (1 if sign == "x" else 0) or (sign == "x" and first == 0):
        raise InputError(f"{what} never grows in {text!r}; take a larger step.")
    values = [first]
    while len(values) <= MOST_VALUES:
        value = round(first * step ** len(values)) if sign == "x" else values[-1] + int(step)
        if value > last:
            break
        if value > values[-1]:
            values.append(value)
        elif sign == "x":
            raise InputError(f"{what} hardly grows in {text!r}; take a larger step.")
    return values
