"""Running text of the toolbox: paragraphs, lists, and citations and codes as links."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kl_ai.search.highlight import Parts

from ..linking import Linker
from ..linking import url as item_url
from ..models import Item

register = template.Library()


@register.filter
def prose(text: str, linker: Linker) -> SafeString:
    """`text` as paragraphs and lists with links."""
    return linker.blocks(text)


@register.filter
def inline(text: str, linker: Linker) -> SafeString:
    """`text` as one line with links."""
    return linker.inline(text)


@register.filter
def with_marks(parts: Parts) -> SafeString:
    """Pieces of a text on one line, those that a search has found in `mark`."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if is_marked else text,) for text, is_marked in parts)
    )


@register.filter
def url(item: Item) -> str:
    """The item's address."""
    return item_url(item)
