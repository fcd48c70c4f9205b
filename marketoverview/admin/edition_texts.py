"""The page on which KL takes single texts of a vendor out of the editions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.login.second_factor import is_verified_staff
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security.reading_log import record_reading

from ..models import Edition, Response, Vendor
from ..models.edition_content import codes_by_key, company_content, company_texts
from ..models.survey import Question
from ..querysets import REVIEW
from .base import text_field


@dataclass
class EditionText:
    """A text of the vendor, and where it stands in the editions."""

    text: str
    kinds: dict[str, Promise | str] = field(default_factory=dict)
    editions: list[str] = field(default_factory=list)
    is_public: bool = False
    """Whether the vendor's public answers hold it, too: the next edition will."""

    @property
    def key(self) -> str:
        """What the form sends in its place."""
        return sha256(self.text.encode()).hexdigest()


class TakeOutForm(forms.Form):
    """Which texts go, and why."""

    texts = forms.MultipleChoiceField(
        label=_("Texts"), error_messages={"required": _("Tick at least one text.")}, widget=forms.CheckboxSelectMultiple
    )
    reason = text_field(
        _("Reason"),
        2000,
        4,
        required=True,
        help_text=_("The vendor reads it in its history. Do not repeat what is taken out."),
    )

    def __init__(self, listed: list[EditionText], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.listed = {text.key: text for text in listed}
        choices = cast(forms.MultipleChoiceField, self.fields["texts"])
        choices.choices = [(key, text.text) for key, text in self.listed.items()]
        choices.error_messages["invalid_choice"] = gettext("One of the texts is no longer in the editions. Look again.")

    @property
    def rows(self) -> Iterator[tuple[EditionText, bool]]:
        """Each text, with whether it is ticked."""
        ticked: Any = self["texts"].value() or ()
        return ((text, key in ticked) for key, text in self.listed.items())


def edition_texts_view(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/vendor/<id>/editions/`: the vendor's texts in the editions; a POST takes the ticked ones out."""
    if not is_verified_staff(request, REVIEW):
        raise PermissionDenied
    vendor = model_admin.get_object(request, str(object_id))
    if vendor is None:
        raise Http404
    listed = edition_texts(vendor)
    form = TakeOutForm(listed, request.POST or None)
    if request.method == "POST" and form.is_valid():
        take_out(model_admin, request, vendor, form)
        return redirect("admin:marketoverview_vendor_editions", vendor.pk)
    record_reading(request, "vendor: editions", vendor.pk, str(vendor))
    context = {
        "title": gettext("Texts in the editions: %(vendor)s") % {"vendor": vendor},
        "opts": model_admin.opts,
        "original": vendor,
        "form": form,
        "has_texts": bool(listed),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/vendor/editions.html", context)


def take_out(model_admin: ModelAdmin, request: AuthenticatedRequest, vendor: Vendor, form: TakeOutForm) -> None:
    """Take the ticked texts out by the verb, with a message."""
    texts = {form.listed[key].text for key in form.cleaned_data["texts"]}
    number = Edition.take_out_texts(vendor, texts, request.user, form.cleaned_data["reason"])
    if not number:
        messages.info(request, gettext("Nothing was changed: the texts have been taken out before."))
        return
    text = ngettext(
        "Taken out of %(number)s edition. Its files have new checksums.",
        "Taken out of %(number)s editions. Their files have new checksums.",
        number,
    ) % {"number": number}
    model_admin.log_change(request, vendor, text)
    messages.success(request, text)


def edition_texts(vendor: Vendor) -> list[EditionText]:
    """The vendor's own texts in the editions, the newest edition's first, each text once. At most eight queries."""
    texts: dict[str, EditionText] = {}
    entries = vendor.edition_entries.select_related("edition").order_by("-edition__day", "-edition__pk")
    for entry in entries:
        for kind, text in entry.texts:
            row = texts.setdefault(text, EditionText(text))
            row.kinds[kind] = kind.label
            if entry.edition.code not in row.editions:
                row.editions.append(entry.edition.code)
    public = public_texts(vendor) if texts else set()
    for row in texts.values():
        row.is_public = row.text in public
    return list(texts.values())


def public_texts(vendor: Vendor) -> set[str]:
    """The texts of the vendor's public answers. Six queries."""
    response = Response.objects.published().filter(vendor=vendor).with_everything().first()
    if response is None:
        return set()
    return {
        text for _kind, text in company_texts(company_content(response, codes_by_key(list(Question.objects.all()))))
    }
