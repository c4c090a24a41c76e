"""The parts that pages are made of."""

import base64
import io
import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from grader.evidence import BlindRecord
from grader.graph import LayerGraph
from grader.reports import _alignment, _curves, _markdown, _networks, _stack
from grader.reports._axis import axis, counting
from grader.reports._code import listing
from grader.reports._pictures import LONGEST_SIDE, reencoded
from grader.reports._text import as_terminal, clipped, one_line, visible
from grader.reports._verified import Verified
from tests.reports import samples
from tests.reports.parsing import Page


@given(st.text(alphabet=st.characters(), max_size=200))
def test_visible_text_can_be_stored_and_hides_nothing(text):
    shown = visible(text)
    shown.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_a_progress_bar_is_shown_as_it_ended_and_without_colours():
    assert as_terminal("1/2 [>.]\r2/2 [==]") == "2/2 [==]"
    assert as_terminal("ab\b\bcd") == "cd"
    assert as_terminal("\x1b[31mred\x1b[0m") == "red"


def test_a_long_text_keeps_its_beginning_and_its_end():
    cut = clipped("\n".join(map(str, range(1000))), lines=10, end=3)
    assert cut.head.splitlines() == ["0", "1", "2", "3", "4", "5", "6"]
    assert cut.tail.splitlines() == ["997", "998", "999"]
    assert cut.left_out == "990 lines are left out here"


@given(st.text(max_size=400), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_line_and_short(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


@given(st.text(alphabet="<>&'\"!-[]()*_`$#ahref:javscript/=\n \\|", max_size=300))
def test_markdown_gives_well_formed_html_without_script_whatever_is_written(text):
    for block in _markdown.blocks(text):
        page = Page(str(block.html))
        assert not page.tags & {"script", "img", "iframe", "style", "svg"}
        assert not page.fetched
        assert all(link.lower().startswith(("http", "mailto:", "#")) for link in page.links)


def test_markdown_shows_formulas_and_pictures_as_text():
    html = "".join(block.html for block in _markdown.blocks("$\\gamma_1$ and ![a plot](http://e.example/x.png)"))
    assert '<code class="math">\\gamma_1</code>' in html
    assert "[picture: a plot (not shown)]" in html


def test_blocks_of_markdown_know_the_lines_they_come_from():
    assert [block.last_line for block in _markdown.blocks("# a\n\nb\nc\n\n* d\n* e\n")] == [1, 4, 7]


@given(st.text(max_size=300))
def test_a_listing_has_the_lines_of_its_source(source):
    assert len(listing(source).lines) == visible(source).count("\n") + 1


def test_an_image_is_encoded_again_without_what_it_carried():
    image = Image.new("RGB", (3000, 1500), "white")
    stream = io.BytesIO()
    info = PngInfo()
    info.add_text("comment", "<script>alert(1)</script>")
    image.save(stream, format="PNG", pnginfo=info)
    made = base64.b64decode(
        reencoded(base64.b64encode(stream.getvalue()).decode()).removeprefix("data:image/png;base64,")
    )
    with Image.open(io.BytesIO(made)) as again:
        assert again.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
        assert not again.info


@pytest.mark.parametrize("encoded", ["", "bm90IGFuIGltYWdl", "%%%", "A" * 13_000_000, samples.picture()[:300], "é"])
def test_what_is_no_image_gives_none(encoded):
    assert reencoded(encoded) == ""


def test_a_decompression_bomb_is_not_unpacked():
    stream = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(stream, format="PNG")
    assert reencoded(base64.b64encode(stream.getvalue()).decode()) == ""


finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)


@given(finite, finite)
def test_an_axis_holds_both_numbers_and_few_ticks(one, other):
    low, high = sorted((one, other))
    made = axis(low, high, start=0, stop=100)
    slack = 1e-6 * max(high - low, abs(high), 1e-3)
    assert made.low <= low + slack
    assert made.high >= high - slack
    assert 2 <= len(made.ticks) <= 8
    assert all(math.isfinite(position) for position, _ in made.ticks)


@given(st.integers(min_value=0, max_value=5000))
def test_epochs_are_counted_from_1_in_whole_numbers(last):
    ticks = [int(text) for _, text in counting(last, start=0, stop=100).ticks]
    assert ticks[0] == 1
    assert ticks == sorted(set(ticks))
    assert ticks[-1] <= max(1, last)


def test_layers_that_both_networks_have_stand_at_one_height():
    plain, normalized = _stack.stacks(samples.network(batch_norm=False), samples.network(batch_norm=True))
    heights = [
        {box.label: box.y for box in each.boxes if box.label.startswith("Dense")} for each in (plain, normalized)
    ]
    assert heights[0] == heights[1]
    assert plain.height == normalized.height
    assert [box.note for box in normalized.boxes if box.css == "norm"] == ["pre-activation", "pre-activation"]


@given(st.permutations(range(10)), st.permutations(range(10)))
def test_rows_keep_every_layer_of_both_networks_in_order(one, other):
    layers = samples.network(batch_norm=True).layers
    left, right = [layers[n] for n in one], [layers[n] for n in other]
    rows = _alignment.rows(left, right)
    assert [row[0] for row in rows if row[0]] == left
    assert [row[1] for row in rows if row[1]] == right


def test_tensors_that_pass_layers_by_are_drawn_at_the_side():
    _, drawn = _stack.stacks(None, samples.residual())
    assert len(drawn.skips) == 2
    assert drawn.boxes[-1].note == "unattached"
    assert "loose" in drawn.boxes[-1].css


def test_a_very_deep_network_is_drawn_in_part_and_says_so():
    deep = samples.network(batch_norm=True)
    layers = tuple(replace(deep.layers[2], id=f"dense_{n}") for n in range(200))
    drawn, _ = _stack.stacks(LayerGraph(layers=layers), None)
    assert len(drawn.boxes) + drawn.left_out == 200
    assert "and 140 more" in drawn.description


def test_the_pair_is_the_trained_one_before_what_was_only_built():
    evidence = samples.evidence()
    untrained = replace(evidence.run, models=(replace(evidence.run.models[0], id=7), *evidence.run.models))
    found = _networks.networks(replace(evidence, run=untrained))
    assert found.plain is not None
    assert (found.plain.id, found.normalized.id) == (0, 1)
    assert [each.id for each in found.others] == [7, 2, 3]


def test_a_gap_in_a_history_is_a_gap_in_its_line():
    history = {"accuracy": (0.5, 0.6, None, 0.7, 0.8, None, 0.9)}
    (chart,) = _curves.charts(samples.fit(0, 0, 0.9, history=history), None)
    (series,) = chart.series
    assert series.path.count("M") == 2
    assert len(series.dots) == 5
    assert chart.rows[2] == ("3", "not a number")


def test_a_single_epoch_is_a_dot():
    (chart,) = _curves.charts(None, samples.fit(0, 0, 0.9, history={"loss": (0.4,)}))
    (series,) = chart.series
    assert series.path == ""
    assert len(series.dots) == 1


def test_labels_of_curves_do_not_cover_each_other():
    same = dict.fromkeys(("accuracy", "val_accuracy"), (0.9, 0.9))
    (chart,) = _curves.charts(samples.fit(0, 0, 1, history=same), samples.fit(1, 1, 1, history=same))
    heights = sorted(series.label_y for series in chart.series)
    assert all(b - a >= _curves.LABEL_HEIGHT for a, b in pairwise(heights))


def test_there_is_no_chart_without_a_finite_number():
    assert _curves.charts(samples.fit(0, 0, 1, history={"loss": (None, None), "accuracy": ()}), None) == ()


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        ({}, "mnist images"),
        ({"recomputed": True}, "mnist images, recomputed from its layers and weights"),
        (
            {"reason": "not recomputed: its layer 'a' (A) is not one that is known here"},
            "is not one that is known here",
        ),
    ],
    ids=["unknown", "recomputed", "not recomputed"],
)
def test_an_accuracy_says_whether_it_was_recomputed(changed, end):
    blind = BlindRecord(model=0, dataset="mnist", samples=1000, correct=971, **changed)
    assert Verified(blind=blind, claim=None).measured.endswith(end)
