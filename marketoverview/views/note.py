"""The market note: a selection as a page for the case file."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page

from ..market import profiles, wording
from ..market.columns import selected_responses
from ..market.figures import figures
from .selection_page import links, read

MOST_IN_NOTE = 200
"""The most vendors in a note; the rest is in the Excel file."""


@versioned_page
@expensive
def note(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/markedsnotat/`: from A to Å, whatever order the address names."""
    snapshot, selection = read(request)
    selection = replace(selection, sort="name")
    total = snapshot.count(selection.chosen, selection.q)
    vendors = [
        (submission, profiles.profile_url(submission.vendor.slug), profiles.contact(submission, in_bulk=True))
        for submission in selected_responses(snapshot, selection, MOST_IN_NOTE)
    ]
    context = {
        **links(selection),
        "notices": selection.notices,
        "sentence": wording.sentence(snapshot, selection, total),
        "criteria": list(wording.criteria(snapshot, selection)),
        "figures": figures(snapshot, selection, on_paper=True),
        "vendors": vendors,
        "left_out": total - len(vendors),
        "excel_url": reverse("market:export", args=["xlsx"]) + selection.filter_query,
        "permalink": request.build_absolute_uri(request.path + selection.filter_query),
        "made_on": timezone.localdate(),
        "data_date": snapshot.updated_on,
        "total": total,
        "snapshot_size": snapshot.size,
    }
    directory = reverse("market:directory") + selection.filter_query
    crumbs = [(_("Find vendors"), directory), (_("Market note"), "")]
    return render_page(request, "marketoverview/note.html", context, nav_current="market", crumbs=crumbs)
