"""What sending a list of companies will do, company by company."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from ..company_names import is_spelt_alike, normalized_name
from ..models import Invitation, SurveyRound, Vendor, VendorMember
from .invitation_list import ListedCompany, ListQuestion

REGISTERED = "registered"
"""The field of the question whether a registered vendor is the company of the line, and the answer that it is."""
ANOTHER = "another"
"""The answer that it is another company."""


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
    news: str = ""
    """A sentence that says which mail a known company gets, or why none; "" where that is not looked up."""


@dataclass(frozen=True, slots=True)
class RegisteredVendors:
    """The registered vendors as the lines of a list are compared with them: those that KL knows, and of others the keys."""

    by_number: Mapping[str, Vendor]
    by_name: Mapping[str, list[Vendor]]
    by_address: Mapping[str, Vendor]
    """By the addresses of those who act for a vendor that KL knows."""
    unknown_numbers: Set[str]
    unknown_names: Set[str]

    @classmethod
    def read(cls) -> "RegisteredVendors":
        """All of them. Two queries."""
        vendors = list(Vendor.objects.order_by("pk"))
        known = [vendor for vendor in vendors if vendor.is_vetted]
        unknown = [vendor for vendor in vendors if not vendor.is_vetted]
        by_name: dict[str, list[Vendor]] = {}
        for vendor in known:
            by_name.setdefault(normalized_name(vendor.name), []).append(vendor)
        members = VendorMember.objects.select_related("vendor", "user")
        return cls(
            by_number={vendor.cvr_number: vendor for vendor in known if vendor.cvr_number},
            by_name=by_name,
            by_address={member.user.email: member.vendor for member in members if member.vendor.is_vetted},
            unknown_numbers={vendor.cvr_number for vendor in unknown if vendor.cvr_number},
            unknown_names={normalized_name(vendor.name) for vendor in unknown},
        )

    def match(self, company: ListedCompany) -> tuple[Vendor | None, str, str]:
        """The known vendor that the line may mean, why, and the question to KL where name and number disagree.

        The question is "" where they agree; the vendor None where nothing of the line is known.
        """
        name, number = normalized_name(company.name), company.cvr_number
        if vendor := self.by_number.get(number):
            is_same = normalized_name(vendor.name) == name
            text = gettext("The CVR number is registered for “%(vendor)s”. Is it the same company?")
            return vendor, gettext("The CVR number is registered."), "" if is_same else text % {"vendor": vendor}
        if vendor := self.by_address.get(company.email):
            reason = gettext("The address belongs to somebody who acts for the vendor.")
            text = gettext("The address acts for “%(vendor)s”, whose CVR number is %(number)s. Is it the same company?")
            return vendor, reason, number_question(vendor, number, text)
        namesakes = self.by_name.get(name, [])
        namesakes = [each for each in namesakes if is_spelt_alike(each.name, company.name)] or namesakes
        for vendor in sorted(namesakes, key=lambda vendor: has_other_number(vendor, number)):
            if not is_spelt_alike(vendor.name, company.name):
                text = gettext("“%(vendor)s” is registered, spelt a little differently. Is it the same company?")
                return vendor, gettext("The name is registered."), text % {"vendor": vendor}
            text = gettext("“%(vendor)s” is registered with the CVR number %(number)s. Is it the same company?")
            return vendor, gettext("The name is registered."), number_question(vendor, number, text)
        return None, "", ""

    def is_unknown(self, company: ListedCompany) -> bool:
        """Whether somebody whom KL does not know has registered the number or the name. No query."""
        return company.cvr_number in self.unknown_numbers or normalized_name(company.name) in self.unknown_names


def has_other_number(vendor: Vendor, number: str) -> bool:
    """Whether both have a CVR number, and not the same. No query."""
    return bool(number and vendor.cvr_number and vendor.cvr_number != number)


def number_question(vendor: Vendor, number: str, text: str) -> str:
    """The text with vendor and number filled in where the line has another CVR number than the vendor, or ""."""
    return text % {"vendor": vendor, "number": vendor.cvr_number} if has_other_number(vendor, number) else ""


def list_outcomes(
    companies: Iterable[ListedCompany], round: SurveyRound, answers: Mapping[str, str] | None = None
) -> list[ListOutcome]:
    """The outcomes in the order of the list; nothing is sent. Three queries for any number.

    A line of which a known vendor has the name with another CVR number, or the number with another name, is a question to
    KL; `answers` are those to the questions, by `<index>-<field>`. A company that somebody whom KL does not know has
    registered is invited all the same (`CompanyClaim`).
    """
    registered = RegisteredVendors.read()
    invited = Invitation.objects.addresses_invited_by_kl(round)
    return [outcome(company, registered, invited, answers or {}) for company in companies]


def outcome(
    company: ListedCompany, registered: RegisteredVendors, invited: set[str], answers: Mapping[str, str]
) -> ListOutcome:
    """The outcome of one line. No query."""
    if company.problem:
        return ListOutcome(company, OutcomeKind.INVALID, company.problem)
    vendor, reason, doubt = registered.match(company)
    is_invited = company.email in invited
    if doubt and not is_invited and not company.is_open and not company.is_left_out:
        company = company.with_question(ListQuestion(REGISTERED, doubt, same_or_another()), answers)
    if company.is_left_out:
        return ListOutcome(company, OutcomeKind.LEFT_OUT, gettext("You have left the line out."))
    if company.is_open:
        return ListOutcome(company, OutcomeKind.QUESTION, "")
    is_same = any(question.answer == REGISTERED for question in company.questions)
    if vendor and (is_same or not doubt):
        return ListOutcome(company, OutcomeKind.KNOWN, reason, vendor)
    if is_invited:
        return ListOutcome(company, OutcomeKind.INVITED, gettext("The address has an invitation already."))
    reason = gettext("Will get an invitation.")
    if registered.is_unknown(company):
        reason += " " + gettext("Somebody whom KL does not know has registered it: you decide between them.")
    elif vendor and vendor.cvr_number == company.cvr_number:
        reason += " " + gettext("The CVR number is registered under another name: you decide when it is used.")
    return ListOutcome(company, OutcomeKind.NEW, reason)


def same_or_another() -> tuple[tuple[str, str], ...]:
    """The answers to the question whether the company is the registered one."""
    same, another = gettext("Yes: it gets no invitation"), gettext("No, another one: invite it")
    return (REGISTERED, same), (ANOTHER, another)
