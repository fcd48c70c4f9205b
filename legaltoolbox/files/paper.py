"""What a paper is for: sent to others as it is, or kept by the municipality with all that helps it along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from kl_ai.pages.querystring import KnownOptionsField

from ..models import DocumentTemplate
from ..screening import Situation
from .names import Names, read_names

OWN_COPY = ("kopi", "egen")
"""The parameter of an address, and its value, that asks for the municipality's own copy of a paper that is sent."""
WITH_SOURCES = ("kilder", "ja")
"""The parameter that asks for the legal sources in a paper that is sent."""
AUTHOR = "KL"
"""Of the guidance, and so of what holds it."""
PARAMETERS = (OWN_COPY[0], WITH_SOURCES[0])


class PaperForm(forms.Form):
    """The kind of copy that an address asks for."""

    kopi = KnownOptionsField(label=gettext_lazy("Copy"), choices=[(OWN_COPY[1], "")], required=False)
    kilder = KnownOptionsField(label=gettext_lazy("Sources"), choices=[(WITH_SOURCES[1], "")], required=False)


@dataclass(frozen=True)
class Paper:
    """How a paper is made.

    The municipality's own copy has guidance, sources, what is not settled, and on each page that it is no legal advice.
    A paper that is sent has none of it; with `sources` it names the legal sources.
    """

    own: bool = True
    sources: bool = True
    situation: Situation = field(default_factory=Situation)
    """The situation that the paper is for: what does not apply in it is left out, unless it says to show all."""
    names: Names = field(default_factory=Names)
    """Whom the paper is for, where the request says so."""
    notices: tuple[str, ...] = ()
    """Danish sentences on the address that the paper was asked for with, none of which repeats a text of it."""

    @property
    def own_notices(self) -> tuple[str, ...]:
        """The notices that the paper shows: whoever gets one that is sent knows of no address."""
        return self.notices if self.own else ()

    @property
    def author(self) -> str:
        """Whose paper it is, for the properties of the file: what is sent is the municipality's, named or not."""
        return AUTHOR if self.own else self.names.municipality

    def header(self, text: str) -> str:
        """The header of a document: the text, and the names."""
        return "  |  ".join(filter(None, (text, self.names.line)))

    def of_template(self, template: DocumentTemplate) -> Paper:
        """The paper for a template: one that is not sent to others is always the municipality's own."""
        return self if template.is_sent else replace(self, own=True, sources=True)


def read_paper(request: HttpRequest, situation: Situation, notices: Iterable[str] = ()) -> Paper:
    """The paper that the request asks for: one to send, unless it names the own copy. Other values count as none."""
    form = PaperForm(request.GET)
    form.is_valid()
    own = bool(form.cleaned_data[OWN_COPY[0]])
    sources = own or bool(form.cleaned_data[WITH_SOURCES[0]])
    return Paper(own=own, sources=sources, situation=situation, names=read_names(request), notices=tuple(notices))


def read_own_paper(request: HttpRequest, situation: Situation, notices: Iterable[str] = ()) -> Paper:
    """A paper that is the municipality's own, whatever copy the request asks for."""
    return replace(read_paper(request, situation, notices), own=True, sources=True)
