"""Searches of the whole market, each page made anew: words that nobody has asked this process for, and the same again."""

import statistics
from urllib.parse import quote

from django.core.management.base import CommandError

from .counts import DIRECTORY, Uncached, rows_on_page, text
from .measurements import Figures, milliseconds

SEARCHES = {
    "option": ("rådgivning", "talegenkendelse", "indkøb", "beskæftigelse", "optimering"),
    "compound": ("sagsbehandlingssystem", "byggesag", "mødereferat", "datakvalitet", "hjemmepleje"),
    "nobody": ("talegenkendlese", "sagsbehandlnig", "beskæftiglese", "journalisernig", "byggesga"),
}
"""Kind to words: a ticked option, a compound, and a near spelling that finds nobody."""
AGAIN = 4


def searches(uncached: Uncached) -> Figures:
    """Each word for the first time, and again. Raises `CommandError` where a word is no example of its kind any more."""
    figures: Figures = {}
    for kind, words in SEARCHES.items():
        first, again, strange = [], [], []
        for word in words:
            address = f"{DIRECTORY}?q={quote(word)}"
            reply = uncached.get(address)
            first.append(reply.seconds)
            again += [uncached.get(address).seconds for _ in range(AGAIN)]
            if bool(rows_on_page(text(reply))) == (kind == "nobody"):
                strange.append(word)
        if strange:
            raise CommandError(f"No examples of the kind “{kind}” in these data: {', '.join(strange)}.")
        figures[f"search_{kind}"] = milliseconds(statistics.median(first))
        figures[f"search_{kind}_worst"] = milliseconds(max(first))
        figures[f"search_{kind}_again"] = milliseconds(statistics.median(again))
    return figures


TOOLBOX = "/juridisk-vaerktoejskasse/"
ANSWERS = (
    "personoplysninger=yes&foelsomme=yes&saarbare=yes&afgoerelser=yes&profilering=no&indgribende=yes&leverandoer=yes"
    "&traening=yes&hoejrisiko=no&borgerdialog=yes&medarbejdere=yes&generativ=yes&udvikler=no"
)
"""An answer to each question of the toolbox."""
PAGES = {
    "figures": "/markedsoverblik/figurer/?services=advisory",
    "matrix": "/markedsoverblik/matrix/?services=advisory",
    "matrix_offerings": "/markedsoverblik/matrix/?by=offerings",
    "solutions": "/markedsoverblik/loesninger/?services=advisory",
    "onepager_bare": TOOLBOX,
    "onepager": f"{TOOLBOX}?personoplysninger=yes&traening=yes&generativ=no",
    "onepager_all": f"{TOOLBOX}?rolle=projektleder&{ANSWERS}",
    "annex_docx": f"{TOOLBOX}krav.docx",
    "annex_pdf": f"{TOOLBOX}krav.pdf",
    "toolbox_search": f"{TOOLBOX}soeg/?q=hjemmel",
    "toolbox_search_long": f"{TOOLBOX}soeg/?q="
    + quote("data person lov krav risiko system borger kontrol afgørelse tilsyn " * 3),
}
"""Name of a figure to another page of the portal, or to a file that is made as a whole."""
REQUESTS = 20


def other_pages(uncached: Uncached) -> Figures:
    """Other pages of the portal, each made anew; the first request of each is not counted."""
    figures: Figures = {}
    for name, path in PAGES.items():
        times = [uncached.get(path).seconds for _ in range(REQUESTS + 1)]
        figures[name] = milliseconds(statistics.median(times[1:]))
    return figures
