"""The template tag `keep`: what stands in it is rendered once for each language and each of the named values.

    {% keep nav_current %} … the menu … {% endkeep %}

For parts of every page that follow from the code, the language and a few known values alone: nothing of the user, of the
address or of the data may stand in it. With DEBUG it keeps nothing.
"""

from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

from .bilingual import language

register = template.Library()

MOST_KEPT = 200
"""Results of one tag. There are far fewer, unless somebody names a value that is always another."""


class KeepNode(template.Node):
    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist
        self._kept: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        if settings.DEBUG:
            return self.nodelist.render(context)
        key = language(), *(value.resolve(context, ignore_failures=True) for value in self.values)
        html = self._kept.get(key)
        if html is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            html = self._kept[key] = self.nodelist.render(context)
        return html


@register.tag
def keep(parser: Parser, token: Token) -> KeepNode:
    values = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeepNode(values, nodelist)
