"""The mails of the market overview: one function each, each to everybody whom it concerns, each told once."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils import translation

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import link, post
from kl_ai.models import User

from ..models import Answer, Invitation, JoinRequest, Response
from ..survey.parts import item_headings
from .receipt import copy


def members_of(vendor_id: int) -> list[User]:
    """The people who act for the vendor and can log in. One query."""
    return list(User.objects.filter(is_active=True, memberships__vendor=vendor_id).order_by("pk"))


def receipt(response: Response) -> list[OutgoingMail]:
    """KL has received the answers: to the members, with a copy of everything that was handed in."""
    key = f"receipt:{response.pk}:{response.submitted_at:%Y%m%d%H%M%S%f}"
    return list(_to_members(response, key, "receipt", lambda language: {"copy": copy(response, language)}))


def decision(response: Response) -> list[OutgoingMail]:
    """What KL has decided, and why: published, sent back with the reasons at the questions, rejected, withdrawn."""
    event = response.events.order_by("-pk").first()
    if event is None:
        return []
    remarks = dict(event.remarks.values_list("item", "text"))
    reason = response.reason

    def context(language: str) -> dict[str, Any]:
        with translation.override(language):
            headings = item_headings(response.round)
        said = [(headings.get(item, item), text) for item, text in remarks.items()]
        return {"status": response.status, "reason": reason, "remarks": said}

    return list(_to_members(response, f"decision:{event.pk}", "decision", context))


def _to_members(
    response: Response, key: str, template: str, context: Callable[[str], dict[str, Any]]
) -> Iterator[OutgoingMail]:
    for user in members_of(response.vendor_id):
        language = user.language
        words = {
            "vendor": response.vendor,
            "response": response,
            "company_url": link("vendor:company", response.vendor.slug, language=language),
            **context(language),
        }
        if mail := post(f"{key}:{user.pk}", user.email, template, words, language):
            yield mail


def invited(invitation: Invitation, number: int = 1) -> OutgoingMail | None:
    """The link to the invitation; `number` 2 and on are reminders."""
    language = invitation.language
    context = {
        "invitation": invitation, "is_reminder": number > 1,
        "url": link("vendor:invitation", invitation.token, language=language),
    }  # fmt: skip
    return post(f"invitation:{invitation.pk}:{number}", invitation.email, "invitation", context, language)


def asked_to_join(asked: JoinRequest) -> list[OutgoingMail]:
    """Somebody wants to act for the vendor: to its members, or to KL where it has none."""
    page: tuple[str, ...] = ("vendor:members", asked.vendor.slug)
    people = [(user.email, user.language, page) for user in members_of(asked.vendor_id)]
    if not people:
        people = [(settings.CONTACT_EMAIL, "da", ("admin:marketoverview_response_inbox",))]
    mails = []
    for email, language, page in people:
        context = {"asked": asked, "url": link(*page, language=language)}
        mails.append(post(f"join:{asked.pk}:{email}", email, "asked_to_join", context, language))
    return [mail for mail in mails if mail]


def joined(asked: JoinRequest) -> OutgoingMail | None:
    """What became of the request: to the one who asked."""
    asked.refresh_from_db()
    language = asked.user.language
    context = {"asked": asked, "url": link("vendor:home", language=language)}
    return post(f"joined:{asked.pk}", asked.user.email, "joined", context, language)


def mapped(answer: Answer) -> list[OutgoingMail]:
    """KL counts the vendor's own words under other options as well: to the members, who can object."""
    options = list(answer.mappings.select_related("option").order_by("pk"))
    key = f"mapped:{answer.pk}:{'-'.join(str(one.option_id) for one in options)}"
    url = ("vendor:object", answer.response_id, answer.pk)
    return list(
        _to_members(
            answer.response, key, "mapped",
            lambda language: {"answer": answer, "options": options, "object_url": link(*url, language=language)},
        )
    )  # fmt: skip
