"""The template tags `keep` and `fresh`: what stands in `keep` is rendered once for each language and each of the named values.

    {% keep nav_current %} … the menu … {% fresh %}<a href="{{ url }}">…</a>{% endfresh %} … {% endkeep %}

For parts of every page that follow from the code, the language and a few known values alone: nothing of the user, of the
address or of the data may stand in it. What differs from page to page stands in `fresh`, which is rendered every time, in the
variables of the place where `keep` stands: it cannot stand in a loop or another block that makes variables. With DEBUG
nothing is kept.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, cast

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.defaulttags import ForNode, WithNode
from django.utils.safestring import SafeString, mark_safe

from . import gaps
from .bilingual import language

register = template.Library()

MOST_KEPT = 200
"""Results of one tag. There are far fewer, unless somebody names a value that is always another."""
_numbers = count()

Pieces = tuple[str, tuple[tuple[NodeList, str], ...]]
"""The HTML up to the first `fresh`, and the content of each with the HTML behind it."""


class FreshNode(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.name = f"fresh{next(_numbers)}"

    def render(self, context: Context) -> SafeString:
        """The mark of its place: `KeepNode` renders what stands in it."""
        return mark_safe(gaps.mark(self.name))  # noqa: S308 - the mark is made of letters and digits


class KeepNode(template.Node):
    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist
        found = cast("list[FreshNode]", nodelist.get_nodes_by_type(FreshNode))
        self.fresh = {node.name: node.nodelist for node in found}
        self._nodes: dict[type[template.Node], list[template.Node]] = {}
        self._kept: dict[tuple[Any, ...], Pieces] = {}

    def get_nodes_by_type(self, nodetype: type[template.Node]) -> list[template.Node]:
        """The nodes in it of that type. Every page that extends a template asks for its blocks; they are looked up once."""
        if nodetype not in self._nodes:
            self._nodes[nodetype] = super().get_nodes_by_type(nodetype)
        return self._nodes[nodetype]

    def render(self, context: Context) -> SafeString:
        first, others = self._pieces(context)
        if not others:
            return mark_safe(first)  # noqa: S308 - rendered by a template, here and below
        return mark_safe("".join([first, *self._filled(others, context)]))  # noqa: S308

    @staticmethod
    def _filled(others: tuple[tuple[NodeList, str], ...], context: Context) -> Iterator[str]:
        for nodelist, html in others:
            yield nodelist.render(context)
            yield html

    def _pieces(self, context: Context) -> Pieces:
        """The HTML that is kept for these values; rendered where there is none yet."""
        key = language(), *(value.resolve(context, ignore_failures=True) for value in self.values)
        pieces = None if settings.DEBUG else self._kept.get(key)
        if pieces is None:
            first, *rest = gaps.split(self.nodelist.render(context))
            pieces = first, tuple((self.fresh[name], html) for name, html in zip(rest[::2], rest[1::2], strict=True))
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = pieces
        return pieces


@register.tag
def keep(parser: Parser, token: Token) -> KeepNode:
    values = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    tags = parser.tags
    parser.tags = {**tags, "fresh": _fresh}  # it means nothing elsewhere
    nodelist = parser.parse(("endkeep",))
    parser.tags = tags
    parser.delete_first_token()
    in_fresh = [kept for node in nodelist.get_nodes_by_type(FreshNode) for kept in node.get_nodes_by_type(KeepNode)]
    if any(node not in in_fresh for node in nodelist.get_nodes_by_type(KeepNode)):
        raise template.TemplateSyntaxError("A keep stands in another one only where it is in a fresh")
    for block in (ForNode, WithNode):
        if any(node.get_nodes_by_type(FreshNode) for node in nodelist.get_nodes_by_type(block)):
            raise template.TemplateSyntaxError("A fresh in a keep cannot see the variables of a loop or of with")
    return KeepNode(values, nodelist)


def _fresh(parser: Parser, token: Token) -> FreshNode:
    nodelist = parser.parse(("endfresh",))
    parser.delete_first_token()
    return FreshNode(nodelist)
