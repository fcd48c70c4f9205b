"""The shortlist as a Word document for the case file, with room for the reasons. What is filled in is stored nowhere."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kl_ai.export.document import Blank, Block, Document, Heading, Prose, Table, Together

from .shortlist import ShortlistedVendor
from .snapshot import Snapshot

LANGUAGES = {"da": "da-DK", "en": "en-GB"}
ROOM_FOR_OTHERS = 6
"""Empty rows for the companies that were considered and left out."""


def document(
    snapshot: Snapshot,
    vendors: Sequence[ShortlistedVendor],
    notices: Sequence[str],
    origin: str,
    address: str,
) -> Document:
    """The picked vendors with what they answered and a column for the reason of the choice, in the active language.

    `origin` says how they relate to the criteria of the address, "" where there is nothing to say of it; `address` is
    that of the same list in the portal.
    """
    language = (get_language() or "da").partition("-")[0]
    return Document(
        title=_("Picked companies"),
        subtitle=_("Market overview · artificial intelligence"),
        header=_("Picked companies"),
        footer=_("KL recommends nobody. The choice and its reasons are the municipality's own."),
        subject=_("Market overview · artificial intelligence"),
        language=LANGUAGES.get(language, LANGUAGES["da"]),
        landscape=True,
        facts=list(_facts(snapshot, len(vendors), origin, address)),
        blocks=list(_blocks(vendors, notices, snapshot.is_demo)),
    )


def _facts(snapshot: Snapshot, count: int, origin: str, address: str) -> Iterator[tuple[str, str]]:
    if count:
        yield (
            _("Criteria"),
            origin or _("None: the companies were picked one by one among all in the market overview."),
        )
    yield _("Companies"), _("%(count)s of %(all)s") % {"count": count, "all": snapshot.size}
    yield _("Made on"), date_format(timezone.localdate(), "DATE_FORMAT")
    yield _("Data as of"), date_format(snapshot.updated_on, "DATE_FORMAT")
    yield _("The same list in the portal"), address


def _blocks(vendors: Sequence[ShortlistedVendor], notices: Sequence[str], is_demo: bool) -> Iterator[Block]:
    if is_demo:
        yield Prose(_("Demonstration data: the companies are invented. Not for use in a case."))
    yield Heading(_("Method and neutrality"), numbered=False)
    yield Prose(
        _(
            "The companies have given the answers themselves in KL's survey. KL has checked form and completeness, "
            "not quality, and recommends nobody. “Not stated” means that the company has not answered. It does not "
            "mean no."
        )
    )
    yield Prose(
        _(
            "The document does not replace the municipality's own assessment or the rules on public procurement. "
            "The portal has stored neither the list nor the reasons."
        )
    )
    yield Heading(_("The companies and the reasons"), numbered=False)
    for notice in notices:
        yield Prose(notice)
    yield Prose(_("The companies stand from A to Å. Write why each of them was picked."), "guidance")
    yield Table(
        (_("Company"), _("What it has stated"), _("Contact point"), _("Reason")),
        [_row(vendor) for vendor in vendors] or [[_("None")]],
        (1.6, 5.8, 2.4, 2.6),
    )
    yield Together(
        [
            Heading(_("Considered and left out"), numbered=False),
            Prose(_("Write which other companies you considered, and why you left them out."), "guidance"),
            Table(
                (_("Company"), _("Reason"), _("Date")),
                [[Blank(), Blank(), Blank()] for _row_number in range(ROOM_FOR_OTHERS)],
                (3, 6, 1.6),
            ),
        ]
    )


def _row(vendor: ShortlistedVendor) -> list[str | Blank]:
    details = vendor.contact
    lines = [details.function, details.email, details.phone, details.website_label]
    answers = "\n".join(f"{heading}: {text or _('Not stated')}" for heading, text in vendor.answers)
    return [
        vendor.name,
        f"{vendor.description or _('Not stated')}\n\n{answers}",
        "\n".join(filter(None, lines)) or _("Not stated"),
        Blank(_("Write the reason")),
    ]
