"""The rules of the content check that concern one kind of item, beside those for all items (`content.check`)."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from . import wording
from .models import Activity, DocumentTemplate, Guidance, Item, Requirement, Risk

FEWEST_QUESTIONS = 3
FEWEST_CENTRAL_SECTIONS = 6
DUTIES = (
    "gdpr-art-13",
    "gdpr-art-14",
    "gdpr-art-28-stk-3",
    "gdpr-art-30",
    "gdpr-art-33",
    "gdpr-art-34",
    "gdpr-art-35",
    "arkivloven",
    "offentlighedsloven-par-13",
    "offentlighedsloven-par-15",
    "ai-forordningen-art-4",
    "ai-forordningen-art-50",
)
"""The provisions whose duties hold for a use of any size, by the beginnings of their keys; principles are not among them."""


class Content(Protocol):
    """The items and their rows and links, as a rule or a filter asks for them; `catalogue.Catalogue` is one."""

    def all(self, kind: str) -> list[Any]:
        """All items of a kind, in their order."""

    def linked(self, item: Item, kind: str) -> list[Any]:
        """The items of a kind that the item names or that name it."""

    def parts(self, name: str, owner: Any) -> list[Any]:
        """The rows that belong to `owner`, in their order."""


Rule = Callable[[Any, Content], Iterator[str]]
"""An item and the content to what is wrong with the item, as sentences without a subject."""


def activity(item: Activity, content: Content) -> Iterator[str]:
    """An activity needs enough questions; no role is both responsible and involved, or answers without taking part.

    The fields on a small, harmless use belong together, and so do those on when it is done again.
    """
    yield from _small_use(item, content)
    if not bool(item.repeat_months) == bool(item.repeat_basis) == bool(item.repeat_note):
        yield _(
            "says only half of when it is done again: the months, what stands behind them and the text belong together."
        )
    checklist, involved = content.parts("checklist", item), [row.role for row in content.parts("involved", item)]
    if len(checklist) < FEWEST_QUESTIONS:
        yield _("has fewer than %(n)s questions in its checklist.") % {"n": FEWEST_QUESTIONS}
    if any(role is item.responsible for role in involved):
        yield _("has a role that is both responsible and involved.")
    taking_part = {item.responsible, *involved}
    for check in checklist:
        if check.role is not None and check.role not in taking_part:
            yield _("has question %(number)s for %(role)s, a role that takes no part in it.") % {
                "role": check.role.key,
                "number": check.reference,
            }


def _small_use(item: Activity, content: Content) -> Iterator[str]:
    """What is wrong with what a small, harmless use needs of an activity.

    What the law demands is never left out: however small the use is, it is done briefly, or together with an activity that
    stays. No text says that it is not needed either, which would leave it out by another name; that a paper of its own is
    not needed (“for sig”) may be said.
    """
    if bool(item.small_use_kind) != bool(item.small_use):
        yield _("says only half of what a small, harmless use needs: the kind and the text belong together.")
    other = item.small_use_with
    if (other is not None) != (item.small_use_kind in (item.SmallUse.TOGETHER, item.SmallUse.ASSESSED)):
        yield _("names an activity for a small, harmless use where its kind needs none, or none where it needs one.")
    if other is not None and other.small_use_kind in (item.SmallUse.TOGETHER, item.SmallUse.LEAVE_OUT):
        yield _("hangs on %(code)s, which a small, harmless use does not have by itself.") % {"code": other.code}
    if item.small_use_kind == item.SmallUse.LEAVE_OUT and _law_demands(item, content):
        yield _("can be left out for a small, harmless use, although the law demands it.")
    if item.small_use_kind in (item.SmallUse.SHORT, item.SmallUse.TOGETHER) and _law_demands(item, content):
        for sentence in wording.dispensable(item.small_use):
            yield _("says “%(sentence)s” of a small, harmless use, although the law demands it.") % {
                "sentence": sentence
            }


def _law_demands(item: Activity, content: Content) -> bool:
    """Whether the law demands the activity of a use of any size: an editor says so, or it stands on one of `DUTIES`."""
    slugs = [source.slug for source in content.parts("sources", item)]
    stands_on_duty = any(slug == duty or slug.startswith(f"{duty}-") for slug in slugs for duty in DUTIES)
    return stands_on_duty or item.repeat_basis in (item.RepeatBasis.INTERVAL, item.RepeatBasis.DUTY)


def template(item: DocumentTemplate, content: Content) -> Iterator[str]:
    """A template needs sections, a central one several; no section is empty, no field lacks its content, and no wording may stay empty."""
    sections = content.parts("sections", item)
    if not sections or (item.is_central and len(sections) < FEWEST_CENTRAL_SECTIONS):
        yield _("has only %(n)s sections.") % {"n": len(sections)}
    for section in sections:
        fields = content.parts("fields", section)
        if not section.guidance and not fields:
            yield _("has an empty section, “%(name)s”.") % {"name": section.heading}
        for field in fields:
            if field.lacks_content:
                yield _("has a field that lacks its content, “%(name)s”.") % {"name": field.label}
            if field.is_optional and field.kind == field.Kind.WORDING:
                yield _("has a wording that may stay empty, “%(name)s”: it is deleted instead.") % {"name": field.label}


def risk(item: Risk, content: Content) -> Iterator[str]:
    """A risk needs at least one measure."""
    if not item.measures:
        yield _("has no measure.")


_VENDOR = re.compile(r"leverandør|databehandler|udbyder", re.IGNORECASE)


def requirement(item: Requirement, content: Content) -> Iterator[str]:
    """A duty of the vendor names the vendor, the evidence is such as a vendor has, and a questionnaire has its title."""
    if item.addressee != Requirement.Addressee.MUNICIPALITY and not _VENDOR.search(item.duty):
        yield _("addresses the vendor, whom its text on the law does not name.")
    for paper in wording.own_papers(item.evidence):
        yield _("asks the vendor for the evidence “%(paper)s”, which only the municipality has.") % {"paper": paper}
    titles = [other.title for other in content.all(DocumentTemplate.KIND)]
    if "spørgeskema" in item.wording.casefold() and not any(title in item.wording for title in titles):
        yield _("asks for answers to a questionnaire without its title.")


def unmarked_numbers(item: Item, content: Content) -> Iterator[str]:
    """The numbers of a wording are named by the law, or marked as our proposals."""
    if isinstance(item, Requirement):
        texts = (item.wording, item.evidence, item.own_evidence)
        yield from _unmarked("\n".join(texts), item.proposals, item.duty)
    if isinstance(item, DocumentTemplate):
        for section in content.parts("sections", item):
            for field in content.parts("fields", section):
                yield from _unmarked(field.wording, field.proposals, f"{section.guidance} {field.help}")


def _unmarked(text: str, proposals: Sequence[str], law: str) -> Iterator[str]:
    """The numbers in the texts of a requirement or a field that are no proposals, and that the text on the law lacks."""
    for number in wording.unmarked_numbers(text, proposals, law):
        yield _("has the number “%(number)s” in a wording: mark it as a proposal, or name the law's.") % {
            "number": number
        }
    for number in proposals:
        if number not in text:
            yield _("marks “%(number)s” as a proposal, which its wording does not have.") % {"number": number}


def guidance(item: Guidance, content: Content) -> Iterator[str]:
    """The answer “it depends” needs a text that says on what, and begins with the condition, with no plain yes or no."""
    if item.kind != Guidance.Kind.DEPENDS:
        return
    if not item.condition:
        yield _("depends, and does not say on what.")
    if re.match(r"(?:ja|nej)\b", item.answer, re.IGNORECASE):
        yield _("depends, and its answer begins with yes or no instead of the condition.")
