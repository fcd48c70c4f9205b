"""A response as plain text, for the copy in the receipt."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from ..models import Answer, Response, SampleOffering


def response_text(response: Response, language: str) -> str:
    """Everything that the response holds, in the survey's order, in this language. Eight queries."""
    loaded = Response.objects.with_everything().get(pk=response.pk)
    with translation.override(language):
        return "\n".join(_lines(loaded))


def _lines(response: Response) -> Iterator[str]:
    not_stated = _("Not stated")
    yield from _block(_("Company"), [response.company_name, response.website or not_stated])
    yield from _block(_("Description"), [response.description or not_stated])
    for question in response.round.questions.all():
        answers = [
            answer for answer in response.answers_by_question.get(question.pk, ()) if answer.mapped_from_id is None
        ]
        yield from _block(question.text, [f"- {_answer(answer)}" for answer in answers] or [not_stated])
    offerings = [f"- {_offering(offering)}" for offering in response.offerings.all()]
    yield from _block(_("Examples"), offerings or [not_stated])
    contact = [response.contact_function, response.contact_name, response.contact_email, response.contact_phone]
    yield from _block(_("Contact"), [text for text in contact if text])


def _answer(answer: Answer) -> str:
    return f"{answer.option.label}: {answer.own_words}" if answer.own_words else answer.option.label


def _offering(offering: SampleOffering) -> str:
    options = ", ".join(option.label for option in offering.options.all())
    texts = [offering.title, offering.get_stage_display(), options, offering.where_used, offering.description]
    return " · ".join(filter(None, texts))


def _block(heading: str, lines: list[str]) -> Iterator[str]:
    """A heading, its lines and an empty line."""
    yield heading
    yield from lines
    yield ""
