"""A filled-in annex that somebody sends: the form, what was read, and what comes back from the page that showed it.

The page that shows what was read sends it back itself, so that nothing is kept of a file until somebody has seen it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..files.annex_reader import MOST_BYTES
from ..models import AnnexLine
from ..work.read_answers import Answers, ReadAnswers, packed, preview, to_store, unpacked

READ, WITH_EMPTY = "_read", "_empty"
"""The fields of the page that shows what was read: all of it, and whether empty cells empty what is stored."""


class AnswersFileForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("The Excel file that is filled in"),
        help_text=gettext_lazy("An .xlsx file, 0.9 MB at most. You see what was read before anything is stored."),
        widget=forms.FileInput(
            attrs={"accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
        allow_empty_file=True,
    )

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is too large before it is read."""
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(_("The file is larger than 0.9 MB. Take pictures and other sheets out of it."))
        return file


def preview_context(lines: Sequence[AnnexLine], stored: Answers, read: ReadAnswers) -> dict[str, Any]:
    """What `components/read_answers.html` shows of a file that was read. No query."""
    shown = preview(lines, stored, read.answers)
    return {
        "read": read,
        "shown": shown,
        "packed": packed(read.answers),
        "is_nothing": not shown.changed and not shown.emptied,
        "read_name": READ,
        "empty_name": WITH_EMPTY,
    }


def sent_back(data: Any, lines: Sequence[AnnexLine]) -> ReadAnswers | None:
    """What the page sends back that showed what was read; None where that is nothing that a page has made. No query."""
    answers = unpacked(data.get(READ, ""), lines)
    return None if answers is None else ReadAnswers(answers)


def chosen_answers(data: Mapping[str, str], read: ReadAnswers) -> dict[str, dict[str, str]]:
    """What is to be stored of what was read. No query."""
    return to_store(read.answers, with_empty=WITH_EMPTY in data)
