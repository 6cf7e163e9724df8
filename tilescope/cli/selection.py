"""Which cases to run, from the names and shapes on a command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tilescope.errors import InputError
from tilescope.quantities.names import unknown_name
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases, parse_case

ALL = "all"


def choose_cases(
    names: Sequence[str],
    own: Sequence[str],
    projections: Sequence[LinearProjectionTestCase] | None = None,
    besides: Sequence[LinearProjectionTestCase] = (),
) -> list[LinearProjectionTestCase]:
    """The named cases, then one's own (NAME:MxNxK); all projections where nothing is said.

    `projections` are a model's, the seed's seven where not given; `besides` run only by name.

    Raises:
        InputError: an unknown name, two cases of one name, or a case that is no NAME:MxNxK.
    """
    extra = [parse_case(text) for text in own]
    known = list(default_test_cases() if projections is None else projections)
    for case in extra:
        if case.name == ALL:
            raise InputError(f"The name {ALL!r} means every case; choose another name.")
        if any(case.name == other.name for other in known):
            raise InputError(f"There is a case named {case.name!r} already; choose another name.")
        known.append(case)
    if not names and extra and projections is None:
        return extra
    chosen = named_cases(names or [ALL], known, besides)
    return chosen + [case for case in extra if case not in chosen]


def named_cases(
    names: Sequence[str],
    known: Sequence[LinearProjectionTestCase],
    besides: Sequence[LinearProjectionTestCase] = (),
) -> list[LinearProjectionTestCase]:
    """The known cases by name, in the order named, each once; a name may be a list with commas.

    `all` means the known ones, not those besides.

    Raises:
        InputError: a name that none of them has; the message lists those there are.
    """
    wanted = [part.strip() for text in names for part in text.split(",")]
    chosen: list[LinearProjectionTestCase] = []
    for name in wanted:
        found = [case for case in known if name in (case.name, ALL)]
        found += [case for case in besides if name == case.name]
        if not found:
            raise unknown_name("test case", name, [*(c.name for c in (*known, *besides)), ALL])
        chosen += [case for case in found if case not in chosen]
    return chosen


def matching(
    pattern: str, cases: Sequence[LinearProjectionTestCase]
) -> list[LinearProjectionTestCase]:
    """The cases in whose names a regular expression is found, in their order.

    Raises:
        InputError: it is none, or is found in no name; the message lists those there are.
    """
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise InputError(f"-k {pattern!r} is no regular expression: {error}.") from error
    chosen = [case for case in cases if wanted.search(case.name)]
    if not chosen:
        names = ", ".join(case.name for case in cases)
        raise InputError(f"-k {pattern!r} is found in no name; there is {names}.")
    return chosen


def typed_workload(
    lists: Mapping[str, Sequence[str] | None], single: Mapping[str, str | None]
) -> tuple[str, ...]:
    """The options that chose the cases of a run, as they were typed; `lists` may be repeated."""
    words: list[str] = []
    for option, texts in lists.items():
        for text in texts or ():
            words += [option, text]
    for option, given in single.items():
        if given is not None:
            words += [option, given]
    return tuple(words)
