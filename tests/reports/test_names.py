"""Names on a report: whatever steers a terminal, a line or a direction is written out."""

import json

import pytest

from tilescope.reports.html.templates import environment, in_script
from tilescope.reports.names import shown, shown_within


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("q_proj", "q_proj"),
        ("größe 矩阵", "größe 矩阵"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\nb\x00", "a␊b␀"),
        ("a\x7f", "a␡"),
        ("a\u202eb", "a‹U+202E›b"),
        ("zero\u200bwidth", "zero‹U+200B›width"),
        ("half\ud800", "half‹U+D800›"),
        ("line\u2028end", "line‹U+2028›end"),
        ("c1\x85", "c1‹U+0085›"),
    ],
)
def test_what_would_not_be_seen_is_written_out(name: str, expected: str) -> None:
    assert shown(name) == expected


def test_names_inside_data_are_written_out_as_well() -> None:
    assert shown_within({"k\x00": ["\x1b", 1, None, ("\u202e",)]}) == {
        "k␀": ["␛", 1, None, ["‹U+202E›"]]
    }


def test_a_template_escapes_markup_and_writes_controls_out() -> None:
    text = (
        environment()
        .from_string("<b title='{{ name }}'>{{ name }}</b>")
        .render(name="<script>'\"&\x07")
    )
    seen = "&lt;script&gt;&#39;&#34;&amp;␇"
    assert text == f"<b title='{seen}'>{seen}</b>"


def test_json_in_a_script_cannot_end_it() -> None:
    hostile = {"name": "</script><!--<script>&\u2028"}
    text = str(in_script(hostile))
    assert not set("<>&") & set(text)
    assert text.isascii()
    assert json.loads(text)["name"] == "</script><!--<script>&‹U+2028›"


def test_a_figure_that_is_no_number_never_reaches_a_report() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        in_script([float("nan")])
