"""The table of contents of a long page, made of the page's own headings."""

import re

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
FEWEST = 4
"""A page with fewer headings has no table of contents."""


@register.simple_block_tag
def contents(content: SafeString) -> str:
    """`{% contents %}…{% endcontents %}`: the text between, with links to its second-level headings that have an id.

    The text alone where these are fewer than `FEWEST`. No query.
    """
    headings = [(key, mark_safe(re.sub(r"<[^>]*>", "", label).strip())) for key, label in HEADING.findall(content)]  # noqa: S308 - as the page shows it
    if len(headings) < FEWEST:
        return content
    return render_to_string("components/contents.html", {"headings": headings, "content": content})
