"""A vendor's answers as plain text, for the copy that goes with the receipt."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from ..models import Response


def copy(response: Response, language: str) -> str:
    """Everything that the response holds, in the survey's order, in this language. Eight queries."""
    whole = Response.objects.with_everything().get(pk=response.pk)
    with translation.override(language):
        return "\n".join(_lines(whole))


def _lines(response: Response) -> Iterator[str]:
    nothing = _("Not stated")
    yield from _block(_("Company"), [response.company_name, response.website or nothing])
    yield from _block(_("Description"), [response.description or nothing])
    for question in response.round.questions.all():
        answers = [answer for answer in response.given.get(question.pk, ()) if answer.mapped_from_id is None]
        said = [f"{one.option.label}: {one.own_words}" if one.own_words else one.option.label for one in answers]
        yield from _block(question.text, [f"- {text}" for text in said] or [nothing])
    offerings = [
        " · ".join(filter(None, [one.title, one.get_stage_display(), one.where_used, one.description]))
        for one in response.offerings.all()
    ]
    yield from _block(_("Examples"), [f"- {text}" for text in offerings] or [nothing])
    contact = [response.contact_function, response.contact_name, response.contact_email, response.contact_phone]
    yield from _block(_("Contact"), [text for text in contact if text])


def _block(heading: str, lines: list[str]) -> Iterator[str]:
    yield heading
    yield from lines
    yield ""
