"""What sending a list of companies will do, company by company."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from kl_ai.addresses import readable_address

from ..company_names import is_spelt_alike, normalized_name
from ..models import Invitation, SurveyRound, Vendor, VendorMember
from .invitation_list import ListedCompany, ListQuestion

REGISTERED = "registered"
"""The field of the question whether a registered vendor is the company of the line, and the answer that it is."""
ANOTHER = "another"
"""The answer that it is another company."""
WAITING = "waiting"
"""The field of the question whether a company whose invitation waits is that of the line, and the answer that it is."""
TOO = "too"
"""The answer that this line is invited all the same."""


class OutcomeKind(StrEnum):
    """In the order in which the preview shows them: what needs somebody's attention comes first."""

    QUESTION = "question"
    INVALID = "invalid"
    NEW = "new"
    VACANT = "vacant"
    """KL knows the company, and nobody acts for it: the address is invited to."""
    KNOWN = "known"
    INVITED = "invited"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """The result of sending the list for one company; `vendor` is the registered one of a known or vacant company."""

    company: ListedCompany
    kind: OutcomeKind
    reason: str
    """A sentence that says why."""
    vendor: Vendor | None = None
    news: str = ""
    """A sentence that says which mail a known company gets, or why none; "" where that is not looked up."""
    address_note: str = ""
    """A sentence that says why the line's address gets nothing, and what can be done; "" where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class RegisteredVendors:
    """The registered vendors as the lines of a list are compared with them: those that KL knows, and of others the keys."""

    by_number: Mapping[str, Vendor]
    by_name: Mapping[str, list[Vendor]]
    by_address: Mapping[str, Vendor]
    """By the addresses of those who act for a vendor that KL knows."""
    unknown_numbers: Set[str]
    unknown_names: Set[str]
    addresses: Set[tuple[int, str]]
    """The key of a vendor with the address of somebody who acts for it."""
    occupied: Set[int]
    """The keys of the vendors for which somebody acts who can log in."""

    @classmethod
    def read(cls) -> "RegisteredVendors":
        """All of them. Two queries."""
        vendors = list(Vendor.objects.order_by("pk"))
        known = [vendor for vendor in vendors if vendor.is_vetted]
        unknown = [vendor for vendor in vendors if not vendor.is_vetted]
        by_name: dict[str, list[Vendor]] = {}
        for vendor in known:
            by_name.setdefault(normalized_name(vendor.name), []).append(vendor)
        members = list(VendorMember.objects.select_related("vendor", "user"))
        return cls(
            by_number={vendor.cvr_number: vendor for vendor in known if vendor.cvr_number},
            by_name=by_name,
            by_address={member.user.email: member.vendor for member in members if member.vendor.is_vetted},
            unknown_numbers={vendor.cvr_number for vendor in unknown if vendor.cvr_number},
            unknown_names={normalized_name(vendor.name) for vendor in unknown},
            addresses={(member.vendor_id, member.user.email) for member in members},
            occupied={member.vendor_id for member in members if member.user.is_active},
        )

    def is_vacant(self, vendor: Vendor, email: str) -> bool:
        """Whether nobody acts for the vendor who can log in, and the address is not of somebody who cannot. No query."""
        return vendor.pk not in self.occupied and not self.acts_for(vendor, email)

    def acts_for(self, vendor: Vendor, email: str) -> bool:
        """Whether the address is that of somebody who acts for the vendor. No query."""
        return (vendor.pk, email) in self.addresses

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


@dataclass(frozen=True, slots=True)
class WaitingInvitations:
    """The invitations that wait, as the lines of a list are compared with them."""

    addresses: Set[str]
    """The addresses that need no further invitation by KL to the round."""
    vacancies: Set[tuple[int, str]]
    """The key of a vendor with the address that is invited to act for it."""
    by_number: Mapping[str, list[Invitation]]
    by_name: Mapping[str, list[Invitation]]
    """Those by KL, by the company's CVR number and by its name."""

    @classmethod
    def read(cls, round: SurveyRound) -> "WaitingInvitations":
        """All of them. Two queries."""
        waiting = list(Invitation.objects.waiting().order_by("pk"))
        by_number: dict[str, list[Invitation]] = {}
        by_name: dict[str, list[Invitation]] = {}
        for invitation in waiting:
            if invitation.by_kl:
                by_number.setdefault(invitation.cvr_number, []).append(invitation)
                by_name.setdefault(normalized_name(invitation.company_name), []).append(invitation)
        return cls(
            addresses=Invitation.objects.addresses_invited_by_kl(round),
            vacancies={(each.vendor_id, each.email) for each in waiting if each.vendor_id},
            by_number=by_number,
            by_name=by_name,
        )

    def is_invited(self, company: ListedCompany, vendor: Vendor) -> bool:
        """Whether the line's address has an invitation to act for this vendor, or one of the company. No query.

        One of another company is none: a person may act for several.
        """
        of_company = self.by_name.get(normalized_name(company.name), [])
        return (vendor.pk, company.email) in self.vacancies or any(each.email == company.email for each in of_company)

    def question(self, company: ListedCompany) -> str:
        """The question to KL where the line's CVR number or name is that of a company invited at another address, or "".

        The same address, invited to another round, raises none. No query.
        """
        of_number = self.by_number.get(company.cvr_number, []) if company.cvr_number else []
        same = [*of_number, *self.by_name.get(normalized_name(company.name), [])]
        if not same or any(each.email == company.email for each in same):
            return ""
        invitation = same[0]
        words = {
            "company": invitation.company_name,
            "email": invitation.readable_email,
            "number": invitation.cvr_number,
        }
        if of_number:
            text = gettext(
                "An invitation of “%(company)s” with this CVR number waits at %(email)s. Is it the same company?"
            )
        elif invitation.cvr_number and company.cvr_number:
            text = gettext(
                "An invitation of “%(company)s” with the CVR number %(number)s waits at %(email)s. Is it the same company?"
            )
        else:
            text = gettext("An invitation of “%(company)s” waits at %(email)s. Is it the same company?")
        return text % words


def has_other_number(vendor: Vendor, number: str) -> bool:
    """Whether both have a CVR number, and not the same. No query."""
    return bool(number and vendor.cvr_number and vendor.cvr_number != number)


def number_question(vendor: Vendor, number: str, text: str) -> str:
    """The text with vendor and number filled in where the line has another CVR number than the vendor, or ""."""
    return text % {"vendor": vendor, "number": vendor.cvr_number} if has_other_number(vendor, number) else ""


def list_outcomes(
    companies: Iterable[ListedCompany], round: SurveyRound, answers: Mapping[str, str] | None = None
) -> list[ListOutcome]:
    """The outcomes in the order of the list; nothing is sent. Four queries for any number.

    A line of which a known vendor has the name with another CVR number, or the number with another name, is a question to
    KL, and so is one of a company whose invitation to another address waits; `answers` are those to the questions, by
    `<index>-<field>`. A company that somebody whom KL does not know has
    registered is invited all the same (`CompanyClaim`).
    """
    registered = RegisteredVendors.read()
    invited = WaitingInvitations.read(round)
    return [outcome(company, registered, invited, answers or {}) for company in companies]


def outcome(
    company: ListedCompany, registered: RegisteredVendors, invited: WaitingInvitations, answers: Mapping[str, str]
) -> ListOutcome:
    """The outcome of one line. No query."""
    if company.problem:
        return ListOutcome(company, OutcomeKind.INVALID, company.problem)
    vendor, reason, doubt = registered.match(company)
    is_vacant = bool(vendor and registered.is_vacant(vendor, company.email))
    is_invited = invited.is_invited(company, vendor) if vendor and is_vacant else company.email in invited.addresses
    if doubt and not is_invited and not company.is_open and not company.is_left_out:
        company = company.with_question(ListQuestion(REGISTERED, doubt, same_or_another(is_vacant)), answers)
    is_same = bool(vendor) and (not doubt or has_answer(company, REGISTERED, REGISTERED))
    is_settled = company.is_open or company.is_left_out or is_invited or (is_same and not is_vacant)
    if not is_settled and (text := invited.question(company)):
        company = company.with_question(ListQuestion(WAITING, text, same_or_too()), answers)
    if company.is_left_out:
        return ListOutcome(company, OutcomeKind.LEFT_OUT, gettext("You have left the line out."))
    if company.is_open:
        return ListOutcome(company, OutcomeKind.QUESTION, "")
    if vendor and is_same and not is_vacant:
        note = "" if registered.acts_for(vendor, company.email) else address_note(company)
        return ListOutcome(company, OutcomeKind.KNOWN, reason, vendor, address_note=note)
    if is_invited if vendor and is_same else company.email in invited.addresses:
        return ListOutcome(company, OutcomeKind.INVITED, gettext("The address has an invitation already."))
    if has_answer(company, WAITING, WAITING):
        return ListOutcome(company, OutcomeKind.INVITED, gettext("The company has an invitation already."))
    if vendor and is_same:
        text = gettext("Nobody acts for the company: the address gets an invitation to act for it.")
        return ListOutcome(company, OutcomeKind.VACANT, f"{reason} {text}", vendor)
    return ListOutcome(company, OutcomeKind.NEW, new_reason(company, registered, vendor))


def has_answer(company: ListedCompany, field: str, value: str) -> bool:
    """Whether the question of this field about the line is answered so."""
    return any(question.field == field and question.answer == value for question in company.questions)


def address_note(company: ListedCompany) -> str:
    """That the address of a known company's line gets nothing, and who can let it in. No query."""
    text = gettext(
        "%(email)s gets nothing, because it does not act for the company. Those who act for it can invite it, or you add "
        "it on the vendor's page once it has logged in."
    )
    return text % {"email": readable_address(company.email)}


def new_reason(company: ListedCompany, registered: RegisteredVendors, vendor: Vendor | None) -> str:
    """Why a company is invited; `vendor` is a known one of which KL has said that it is another. No query."""
    reason = gettext("Will get an invitation.")
    if registered.is_unknown(company):
        reason += " " + gettext("Somebody whom KL does not know has registered it: you decide between them.")
    elif vendor and vendor.cvr_number == company.cvr_number:
        reason += " " + gettext("The CVR number is registered under another name: you decide when it is used.")
    return reason


def same_or_another(is_vacant: bool) -> tuple[tuple[str, str], ...]:
    """The answers to the question whether the company is the registered one, for which nobody acts if it is vacant."""
    same, another = gettext("Yes: it gets no invitation"), gettext("No, another one: invite it")
    if is_vacant:
        same = gettext("Yes: nobody acts for it, so invite the address to act for it")
    return (REGISTERED, same), (ANOTHER, another)


def same_or_too() -> tuple[tuple[str, str], ...]:
    """The answers to the question whether the company is the one whose invitation waits."""
    return (WAITING, gettext("Yes: it gets no further invitation")), (TOO, gettext("Invite this address, too"))
