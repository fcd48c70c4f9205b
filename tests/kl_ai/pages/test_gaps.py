"""A template that is rendered once, and filled for each page."""

import pytest

from kl_ai.pages.gaps import Gaps

CHIP = "components/chip.html"


def chip(**values):
    return {"chip": {"heading": "Services", "label": "x", "remove_url": "/y/", "language": "", **values}}


def test_what_fills_a_gap_is_escaped_as_in_a_template():
    gaps = Gaps("label", "url")
    kept = gaps.render(CHIP, chip(heading="A & B", label=gaps["label"], remove_url=gaps["url"]))
    first = kept.fill({"label": "Børn & <unge>", "url": "/?a=1&b=2"})
    assert "A &amp; B" in first
    assert "Børn &amp; &lt;unge&gt;" in first
    assert "/?a=1&amp;b=2" in first
    assert "gap-" not in first
    assert "Børn" not in kept.fill({"label": 7, "url": ""})


def test_a_gap_that_the_template_leaves_out_is_a_mistake():
    with pytest.raises(ValueError, match="other"):
        Gaps("other").render(CHIP, chip())
    with pytest.raises(KeyError):
        Gaps("label")["no-such"]


def test_what_somebody_writes_is_no_gap():
    gaps = Gaps("label")
    kept = gaps.render(
        CHIP, chip(heading="gap-label- gap-0123456789abcdef0123456789abcdef-label-", label=gaps["label"])
    )
    assert kept.fill({"label": "hemmelig"}).count("hemmelig") == Gaps("label").render(
        CHIP, chip(label=gaps["label"])
    ).names.count("label")
