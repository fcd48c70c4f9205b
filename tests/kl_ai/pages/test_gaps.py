"""A template that is rendered once, and filled for each page."""

import itertools

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from kl_ai.pages import keep
from kl_ai.pages.gaps import Gaps, with_large_pieces

CHIP = "components/chip.html"


def chip(**values):
    return {"chip": {"heading": "Services", "label": "x", "remove_url": "/y/", "language": "", **values}}


def test_what_fills_a_gap_is_escaped_as_in_a_template():
    gaps = Gaps("label", "url")
    kept = gaps.render(CHIP, chip(heading="A & B", label=gaps["label"], remove_url=gaps["url"]))
    first = kept.fill({"label": "Børn & <unge>", "url": "/?a=1&b=2"}).decode()
    assert "A &amp; B" in first
    assert "Børn &amp; &lt;unge&gt;" in first
    assert "/?a=1&amp;b=2" in first
    assert "gap-" not in first
    assert "<unge>" in kept.fill({"label": b"<unge>", "url": ""}).decode()
    assert "Børn" not in kept.fill({"label": 7, "url": ""}).decode()


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
    assert kept.fill({"label": "hemmelig"}).count(b"hemmelig") == Gaps("label").render(
        CHIP, chip(label=gaps["label"])
    ).names.count("label")


# Kept in the template ------------------------------------------------------------------------------


@pytest.fixture
def renders(settings):
    """Render one template with `keep`, whose content says how often it was made."""
    settings.DEBUG = False
    numbers = itertools.count(1)
    template = Template(
        "{% load i18n %}{% keep door %}{% get_current_language as code %}{{ code }} {{ door }} {{ number }}{% endkeep %}"
    )
    return lambda **values: template.render(Context(values | {"number": lambda: next(numbers)}))


def test_a_kept_part_is_made_once_for_each_language_and_value(renders):
    assert renders(door="market") == renders(door="market") == "da market 1"
    assert renders(door="about") == "da about 2"
    with translation.override("en"):
        assert renders(door="market") == "en market 3"
    assert renders(door="market") == "da market 1"
    assert renders() == renders() == "da  4"


def test_what_is_kept_is_limited_and_a_developer_sees_each_change(renders, settings, monkeypatch):
    monkeypatch.setattr(keep, "MOST_KEPT", 2)
    assert [renders(door=door)[-1] for door in "abca"] == ["1", "2", "3", "4"]
    settings.DEBUG = True
    assert [renders(door="a")[-1] for _ in range(2)] == ["5", "6"]


def test_what_is_fresh_in_it_is_rendered_every_time_and_follows_the_values(settings):
    settings.DEBUG = False
    template = Template(
        "{% keep door %}<{{ door }}{{ number }}>{% if door %}{% fresh %}{{ number }}"
        "{% keep number %}({{ number }}{{ door }}){% endkeep %}{% endfresh %}{% endif %}</>{% fresh %}{{ text }}{% endfresh %}{% endkeep %}"
    )

    def render(**values) -> str:
        return template.render(Context(values))

    assert render(door="a", number=1, text="x") == "<a1>1(1a)</>x"
    assert render(door="a", number=2, text="<b>") == "<a1>2(2a)</>&lt;b&gt;"
    assert render(door="", number=3, text="z") == "<3></>z"
    assert render(door="a", number=1, text="") == "<a1>1(1a)</>"


def test_a_block_may_stand_in_fresh():
    base = Template("{% keep %}<{% fresh %}{% block name %}base{% endblock %}{% endfresh %}>{% endkeep %}")
    child = Template("{% extends base %}{% block name %}{{ block.super }} and {{ number }}{% endblock %}")
    pages = [child.render(Context({"base": base, "number": number})) for number in (1, 2)]
    assert pages == ["<base and 1>", "<base and 2>"]
    assert base.render(Context()) == "<base>"


@pytest.mark.parametrize(
    "template",
    [
        "{% fresh %}x{% endfresh %}",
        "{% keep %}{% keep %}x{% endkeep %}{% endkeep %}",
        "{% keep %}{% for a in b %}{% fresh %}{{ a }}{% endfresh %}{% endfor %}{% endkeep %}",
        "{% keep %}{% with a=b %}{% fresh %}{{ a }}{% endfresh %}{% endwith %}{% endkeep %}",
        "{% keep %}{% endkeep %}{% fresh %}{% endfresh %}",
    ],
)
def test_fresh_stands_in_keep_and_sees_the_variables_around_it(template):
    with pytest.raises(TemplateSyntaxError):
        Template(template)


# Large pieces -------------------------------------------------------------------------------------


def test_large_pieces_are_put_in_after_the_rest_is_rendered():
    template = Template(
        "{% if rows %}<{{ rows }}|{{ name }}|{{ rows }}>{% endif %}{% if none %}some{% else %}none{% endif %}{{ none }}"
    )
    seen: dict[str, object] = {}

    def render(variables: dict[str, object]) -> str:
        seen.update(variables)
        return template.render(Context(variables))

    rows = "<b>æ &amp; ø</b>".encode()
    page = with_large_pieces({"rows": rows, "none": b"", "name": "<å>"}, render).decode()
    assert page == "<<b>æ &amp; ø</b>|&lt;å&gt;|<b>æ &amp; ø</b>>none"
    assert "<b>" not in str(seen["rows"])
    assert seen["name"] == "<å>"
