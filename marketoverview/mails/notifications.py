"""The mails of the market overview about what has just happened.

Each function queues its mails in the caller's transaction, to everybody whom the news concerns, and returns those that
are new: the same news queued again gives none.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, link, post, post_many
from kl_ai.models import User
from kl_ai.people.work_mails import post_at_once
from kl_ai.text import has_web_address, without_links

from ..models import Answer, DeadlineExtension, Invitation, JoinRequest, ModerationEvent, Response, Verb
from ..models.membership import label
from ..survey.parts import item_headings
from .receipt import response_text


def active_members(vendor_id: int) -> list[User]:
    """The people who act for the vendor and can log in. One query."""
    return list(User.objects.filter(is_active=True, memberships__vendor=vendor_id).order_by("pk"))


def send_receipt(response: Response, by: User | None = None) -> list[OutgoingMail]:
    """KL has received the response: to the vendor's members, with a copy of everything that was submitted.

    Where it is known `by` whom, the mail to that member is tried at once, and those to the colleagues are queued.

    And that it waits: to those of KL's staff who want to know at once, whose mails are not returned.
    """
    submission = f"{response.pk}:{response.submitted_at:%Y%m%d%H%M%S%f}"
    key = f"receipt:{submission}"
    post_at_once("responses", f"responses:{submission}")

    def context(language: str) -> dict[str, Any]:
        return {"round": response.round, "response_text": response_text(response, language)}

    return list(_to_members(response, key, "receipt", context, at_once=by))


def send_decision(response: Response) -> list[OutgoingMail]:
    """KL's latest decision on the response, with its reasons: to the vendor's members."""
    event = response.events.order_by("-pk").first()
    if event is None:
        return []
    remarks = list(event.remarks.all())
    reopened = ModerationEvent.objects.filter(verb=Verb.REOPEN, response__vendor=response.vendor_id, pk__gt=event.pk)
    is_reopened = event.verb == Verb.WITHDRAW and reopened.exists()

    def context(language: str) -> dict[str, Any]:
        with translation.override(language):
            headings = item_headings(response.round)
            reason = response.reason
            remarks_by_heading = [(headings.get(remark.item, remark.item), remark.local_text) for remark in remarks]
        profile_url = link("market:profile", response.vendor.slug, language=language)
        return {
            "status": response.status,
            "reason": reason,
            "remarks": remarks_by_heading,
            "profile_url": profile_url,
            "editions_url": link("market:editions", language=language),
            "is_reopened": is_reopened,
        }

    return list(_to_members(response, f"decision:{event.pk}", "decision", context))


def send_extension(extension: DeadlineExtension) -> list[OutgoingMail]:
    """The vendor's own later deadline, with KL's reason: to its members. None where it is not later, or has passed."""
    survey_round, day = extension.round, extension.closes_on
    is_later = survey_round.closes_on is not None and survey_round.closes_on < day
    if not (survey_round.is_released and is_later and timezone.localdate() <= day):
        return []
    mails = []
    for user in active_members(extension.vendor_id):
        context = {
            "extension": extension,
            "vendor": extension.vendor,
            "round": survey_round,
            "company_url": link("vendor:company", extension.vendor.slug, language=user.language),
        }
        key = f"extended:{extension.pk}:{day}:{user.pk}"
        mails.append(post(key, user.email, "extension", context, user.language, queue_only=True))
    return [mail for mail in mails if mail]


def send_invitation(invitation: Invitation, number: int = 1) -> OutgoingMail | None:
    """The invitation's link: to the invited address. A mail with a `number` above 1 is a reminder."""
    letter = _invitation_letter(invitation, number)
    return post(*letter[:5], mentions=letter.mentions)


def send_invitations(invitations: Iterable[tuple[Invitation, int]]) -> list[OutgoingMail]:
    """Queue the links of many invitations, each with the number of its mail. Two queries for each block of `post_many`.

    The invitations come with their round and who has invited.
    """
    return post_many(_invitation_letter(invitation, number) for invitation, number in invitations)


def _invitation_letter(invitation: Invitation, number: int) -> Letter:
    language = invitation.language
    survey_round = invitation.round
    context = {
        "invitation": invitation,
        "by": None if invitation.by_kl else _inviter(invitation),
        "subject_name": _invited_name(invitation),
        "is_known": _is_known(invitation),
        "name": _written_name(invitation),
        "round": survey_round,
        "is_reminder": number > 1,
        "url": link("vendor:invitation", invitation.token, language=language),
        "questions_url": link("vendor:round_questions", survey_round.code, language=language) if survey_round else "",
    }
    named = () if invitation.by_kl else (invitation.invited_by,)
    key = f"invitation:{invitation.pk}:{number}"
    return Letter(key, invitation.email, "invitation", context, language, mentions=named)


def _invited_name(invitation: Invitation) -> str:
    """The company's name, as the subject may hold it: by KL's list, or of a vendor that KL knows."""
    with translation.override(invitation.language):
        return invitation.company_name if _is_known(invitation) else gettext("your company")


def _is_known(invitation: Invitation) -> bool:
    """Whether KL knows the company, and its name is no word of a stranger."""
    return invitation.by_kl or bool(invitation.vendor and invitation.vendor.is_vetted)


def _inviter(invitation: Invitation) -> str:
    """Who has invited: by the address alone where KL does not know the company, since the person has written the name."""
    by = invitation.invited_by
    return label(by) if by is None or _is_known(invitation) else by.email


def _written_name(invitation: Invitation) -> str:
    """The company's name; of one that KL does not know without a link, and "" where it holds an address."""
    name = invitation.company_name
    if _is_known(invitation):
        return name
    return "" if has_web_address(name) else without_links(name)


def send_join_request(join_request: JoinRequest, *, to_members: bool = True) -> list[OutgoingMail]:
    """Somebody asks to act for the vendor: to the vendor's members, or to KL where it has none; `to_members` says whether.

    And that the request waits: to those of KL's staff who want to know at once, whose mails are not returned.
    """
    post_at_once("join-requests", f"join-requests:{join_request.pk}")
    if not to_members:
        return []
    page: tuple[str, ...] = ("vendor:members", join_request.vendor.slug)
    recipients = [(str(user.pk), user.email, user.language, page) for user in active_members(join_request.vendor_id)]
    if not recipients:
        recipients = [("kl", settings.CONTACT_EMAIL, "da", ("admin:marketoverview_response_inbox",))]
    mails = []
    for recipient, address, language, page in recipients:
        context = {
            "join_request": join_request,
            "vendor": join_request.vendor,
            "email": join_request.user.email,
            "url": link(*page, language=language),
        }
        key, named = f"join:{join_request.pk}:{recipient}", (join_request.user,)
        mails.append(post(key, address, "asked_to_join", context, language, mentions=named))
    return [mail for mail in mails if mail]


def send_mapping_notice(answer: Answer) -> list[OutgoingMail]:
    """KL counts the vendor's own words under other options as well: to the vendor's members, who can object."""
    mappings = list(answer.mappings.select_related("option").order_by("pk"))
    key = f"mapped:{answer.pk}:{'-'.join(str(mapping.option_id) for mapping in mappings)}"
    page = ("vendor:object", answer.response_id, answer.pk)

    def context(language: str) -> dict[str, Any]:
        return {"answer": answer, "mappings": mappings, "object_url": link(*page, language=language)}

    return list(_to_members(answer.response, key, "mapped", context))


def default_reply(language: str) -> str:
    """The answer to an objection that KL gives where it has nothing else to say, in this language."""
    with translation.override(language):
        return gettext("Thank you for telling us. Your own words are counted under “other” only, as you asked.")


def send_objection_answer(answer: Answer, reply: str) -> list[OutgoingMail]:
    """KL's answer to the vendor's objection: to the vendor's members, the default answer in their language."""
    is_default = reply.strip() in {default_reply(language) for language, _name in settings.LANGUAGES}
    key = f"objection-answered:{answer.pk}:{answer.objection_answered_at:%Y%m%d%H%M%S%f}"

    def context(language: str) -> dict[str, Any]:
        return {"answer": answer, "reply": default_reply(language) if is_default else reply}

    return list(_to_members(answer.response, key, "objection_answered", context))


def _to_members(
    response: Response,
    key: str,
    template: str,
    context: Callable[[str], dict[str, Any]],
    at_once: User | None = None,
) -> Iterator[OutgoingMail]:
    """Queue the mail for each of the vendor's members; `context` gives the template's variables in a language.

    With `at_once` only the mail to this user is tried in the request.
    """
    for user in active_members(response.vendor_id):
        language = user.language
        variables = {
            "vendor": response.vendor,
            "response": response,
            "company_url": link("vendor:company", response.vendor.slug, language=language),
            **context(language),
        }
        queue_only = at_once is not None and user != at_once
        if mail := post(f"{key}:{user.pk}", user.email, template, variables, language, queue_only=queue_only):
            yield mail
