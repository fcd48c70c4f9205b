"""The numbers of one selection on the portal's page, in SQL and in Datasette. A difference stops the run."""

import gzip
import json
import re
from collections.abc import Mapping

import brotli
from django.core.management.base import CommandError

from .inside import CHOSEN, Counts
from .servers import Reply, ServerProcess

UNSEEN = "sort={number}&sort=name"
"""Of several orders the portal reads the last. With another number each address is new to the page cache, and its page the same."""
DIRECTORY = "/markedsoverblik/"
SELECTION = f"{DIRECTORY}?{'='.join(CHOSEN)}"
_OPTION = re.compile(r'name="([\w-]+)" value="([\w-]+)".*?class="facet-count">([\d.]+)', re.DOTALL)
_ROW = re.compile(r'name="v" value="([\w-]+)"')


def text(reply: Reply) -> str:
    """The body of a reply, decompressed."""
    coding = reply.headers.get("Content-Encoding", "")
    decompress = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding]
    return decompress(reply.body).decode()


def counts_on_page(html: str) -> Counts:
    """The number beside each option of each facet; without zeros."""
    found: Counts = {}
    for part in html.split("facet-option")[1:]:
        if match := _OPTION.search(part):
            code, option, number = match.groups()
            found.setdefault(code, {})[option] = int(number.replace(".", ""))
    return without_zeros(found)


def rows_on_page(html: str) -> list[str]:
    """The slugs of the vendors that a page of the directory lists, in its order."""
    return _ROW.findall(html)


def counts_in_datasette(reply: Reply) -> dict[str, dict[str, int]]:
    """The facets of Datasette's JSON by the name of the column; without those for which a limit was met."""
    page = json.loads(text(reply))
    return {
        name: {str(result["value"]): result["count"] for result in facet["results"]}
        for name, facet in page["facet_results"].items()
    }


def without_zeros(counts: Mapping[str, Mapping[str, int]]) -> Counts:
    nonzero = {code: {option: count for option, count in options.items() if count} for code, options in counts.items()}
    return {code: options for code, options in nonzero.items() if options}


class CountsDiffer(CommandError):
    """Two ways to count the same do not agree, so a comparison of their speed would say nothing: the run stops."""


def assert_equal(what: str, expected: Mapping[str, Mapping[str, int]], found: Mapping[str, Mapping[str, int]]) -> None:
    """Raises `CountsDiffer` with the first difference of two sets of counts, zeros apart, or where both are empty."""
    left, right = without_zeros(expected), without_zeros(found)
    if not left:
        raise CountsDiffer(f"{what}: SQL counts nobody, so nothing can be compared.")
    for code in sorted(left.keys() | right.keys()):
        options = left.get(code, {}), right.get(code, {})
        for option in sorted(options[0].keys() | options[1].keys()):
            by_sql, other = (of.get(option, 0) for of in options)
            if by_sql != other:
                raise CountsDiffer(f"{what}: {code}={option} is {other}, and {by_sql} in SQL. Nothing is measured.")


class Uncached:
    """A portal at addresses that its page cache has not seen, and the proof that none of the pages came from it."""

    def __init__(self, portal: ServerProcess) -> None:
        self.portal = portal
        self.number = 0
        self.etags: set[str] = set()

    def get(self, path: str) -> Reply:
        """The page, made anew."""
        reply = self.portal.get(self.address(path))
        self.check(reply)
        return reply

    def address(self, path: str) -> str:
        self.number += 1
        return f"{path}{'&' if '?' in path else '?'}{UNSEEN.format(number=self.number)}"

    def check(self, reply: Reply) -> None:
        """Raises `CommandError` where the page of this reply was given before."""
        etag = reply.headers.get("ETag", "")
        if etag in self.etags:
            raise CommandError(f"A page that was to be made came from the cache (ETag {etag}).")
        self.etags.add(etag)


def check_unseen(uncached: Uncached) -> None:
    """Raises `CountsDiffer` where the parameters that go past the cache change the page, but in the link to its other language."""
    page, same_page = text(uncached.portal.get(SELECTION)), text(uncached.get(SELECTION))
    if page != re.sub(r"&amp;sort=\d+&amp;sort=name", "", same_page):
        raise CountsDiffer("The page with an order that is not read differs from the page without it.")
