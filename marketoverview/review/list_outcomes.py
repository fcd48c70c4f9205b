"""What sending a list of companies will do, company by company."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models.functions import Lower
from django.utils.translation import gettext

from ..company_names import normalized_name
from ..models import Invitation, SurveyRound, Vendor, VendorMember
from .invitation_list import ListedCompany


class OutcomeKind(StrEnum):
    """In the order in which the preview shows them: what needs somebody's attention comes first."""

    QUESTION = "question"
    INVALID = "invalid"
    NEW = "new"
    KNOWN = "known"
    INVITED = "invited"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """The result of sending the list for one company; `vendor` is the registered one of a known company."""

    company: ListedCompany
    kind: OutcomeKind
    reason: str
    """A sentence that says why."""
    vendor: Vendor | None = None


def list_outcomes(companies: Iterable[ListedCompany], round: SurveyRound) -> list[ListOutcome]:
    """The outcomes in the order of the list; nothing is sent. Three queries for any number.

    A company that somebody whom KL does not know has registered is invited all the same (`CompanyClaim`).
    """
    vendors = list(Vendor.objects.all())
    known = [vendor for vendor in vendors if vendor.is_vetted]
    by_cvr = {vendor.cvr_number: vendor for vendor in known if vendor.cvr_number}
    by_name = {normalized_name(vendor.name): vendor for vendor in known}
    unknown = [vendor for vendor in vendors if not vendor.is_vetted]
    unknown_numbers = {vendor.cvr_number for vendor in unknown if vendor.cvr_number}
    unknown_names = {normalized_name(vendor.name) for vendor in unknown}
    members = VendorMember.objects.annotate(address=Lower("user__email")).select_related("vendor")
    by_address = {member.address: member.vendor for member in members}
    invited = Invitation.objects.addresses_invited_by_kl(round)

    def outcome(company: ListedCompany) -> ListOutcome:
        address = company.email.lower()
        matches: Sequence[tuple[Vendor | None, str]] = (
            (by_cvr.get(company.cvr_number), gettext("The CVR number is registered.")),
            (by_address.get(address), gettext("The address belongs to somebody who acts for the vendor.")),
            (by_name.get(normalized_name(company.name)), gettext("The name is registered.")),
        )
        if company.problem:
            return ListOutcome(company, OutcomeKind.INVALID, company.problem)
        if company.is_left_out:
            return ListOutcome(company, OutcomeKind.LEFT_OUT, gettext("You have left the line out."))
        if company.is_open:
            return ListOutcome(company, OutcomeKind.QUESTION, "")
        for vendor, reason in matches:
            if vendor:
                return ListOutcome(company, OutcomeKind.KNOWN, reason, vendor)
        if address in invited:
            return ListOutcome(company, OutcomeKind.INVITED, gettext("The address has an invitation already."))
        reason = gettext("Will get an invitation.")
        if company.cvr_number in unknown_numbers or normalized_name(company.name) in unknown_names:
            reason += " " + gettext("Somebody whom KL does not know has registered it: you decide between them.")
        return ListOutcome(company, OutcomeKind.NEW, reason)

    return [outcome(company) for company in companies]
