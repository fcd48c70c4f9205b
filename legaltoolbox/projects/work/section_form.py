"""The form of a section of a document, built from the template's fields. Nothing is required: a draft need not be complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from kl_ai.forms import LineField
from kl_ai.validators import validate_text
from legaltoolbox.linking import Linker
from legaltoolbox.models import TemplateField

from ..models.values import MOST_LINE_LETTERS, MOST_TEXT_LETTERS, NO, YES, Row, with_row, with_row_moved, without_row
from .facts import SHOWN, WHY, own_answers
from .live import LiveTable
from .sections import Kind, field_kind, fitting, value_words
from .table_field import TableField, TableRow, table_rows

MOST_CELLS = 1_500
"""The cells of all tables of a section: a form can have 2,000 fields."""
ROW_BUTTON = "_row"
"""The name of the buttons that change rows; their values are `add:<field>`, or `up`, `down`, `remove` `:<field>:<row>`."""


@dataclass(frozen=True)
class FormField:
    """A field of a section as its page shows it: the control, and for a table its rows."""

    field: TemplateField
    bound: forms.BoundField
    rows: list[TableRow] | None = None
    fact: str = ""
    """What the project says of it in all documents; "" where the field asks for no fact, or it is not known."""
    why: forms.BoundField | None = None
    """Why the field differs from the fact, where it does."""
    live: LiveTable | None = None
    """What the project says elsewhere, above the rows of the document's own."""

    @property
    def fact_words(self) -> str:
        """The fact in words."""
        return value_words(self.field, self.fact)

    @property
    def own(self) -> int:
        """The number of rows of the document's own: those in which something stands, or which somebody has added."""
        rows = [row for row in self.rows or () if row.number is not None]
        return sum(row.filled > 0 or row.to_fill == len(row.cells) for row in rows)


class SectionForm(forms.Form):
    """The fields of a section, each under `f-<key>`. `stored` are their values, by key.

    `facts` are the values that the project gives some of them: these fields show them, and one with another answer asks why.
    """

    def __init__(
        self,
        fields: Sequence[TemplateField],
        stored: Mapping[str, Any],
        linker: Linker,
        data: Mapping[str, Any] | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        self.template_fields = fields
        self.facts = facts or {}
        self.needed_fields = [field_name(f"{field.key}{end}") for field in fields for end in ("", WHY)]
        super().__init__(data)
        for field in fields:
            own = fitting(field, stored[field.key])
            value = own or self.facts.get(field.key) or own
            name = field_name(field.key)
            self.fields[name] = form_field = _form_field(field, value)
            form_field.label = format_html('<span lang="da">{}</span>', field.label)
            form_field.help_text = (
                format_html('<span lang="da">{}</span>', linker.inline(field.help)) if field.help else ""
            )
            self.initial[name] = value
            if field.key in self.facts and value != self.facts[field.key]:
                self._ask_why(field, stored)

    def _ask_why(self, field: TemplateField, stored: Mapping[str, Any]) -> None:
        """Add the field that says why this one differs from the fact of the project."""
        name = field_name(f"{field.key}{WHY}")
        self.fields[name] = LineField(
            label=_("Why it differs from what the documents share"), max_length=MOST_LINE_LETTERS, required=False
        )
        self.initial[name] = stored.get(f"{field.key}{WHY}", "")

    def clean(self) -> dict[str, Any]:
        tables = [value for value in self.cleaned_data.values() if _is_table(value)]
        if sum(len(row["cells"]) - row["fixed"] + 1 for rows in tables for row in rows) > MOST_CELLS:
            raise ValidationError(
                _("The tables of this section are too long together. Put some of it in another paper.")
            )
        return self.cleaned_data

    @property
    def content(self) -> dict[str, Any]:
        """The fields without an error, as `ProjectDocument.save_section` takes them."""
        if self.non_field_errors():
            return {}
        names = {name.removeprefix("f-"): name for name in self.fields}
        content = {key: _as_stored(self.cleaned_data[name]) for key, name in names.items() if name not in self.errors}
        shown = {key: self.data.get(f"{field_name(key)}{SHOWN}", fact) for key, fact in self.facts.items()}
        return own_answers(content, self.facts, shown)

    def changed_rows(self, content: dict[str, Any], button: str) -> tuple[dict[str, Any], str]:
        """The content after the change of a row that a button asks for, and the id of the row to go on at.

        A row of a table with an error, and a button that no page has, change nothing. Raises `ValidationError` as `with_row`.
        """
        verb, _colon, rest = button.partition(":")
        key, _colon, row_id = rest.partition(":")
        field = next((field for field in self.template_fields if field.key == key), None)
        if field is None or field_kind(field) != Kind.TABLE or key not in content:
            return content, ""
        rows: list[Row] = content[key]
        match verb:
            case "add":
                rows = with_row(rows, len(field.columns))
                row_id = rows[-1]["id"]
            case "up" | "down":
                rows = with_row_moved(rows, row_id, -1 if verb == "up" else 1)
            case "remove":
                rows = without_row(rows, row_id)
        return {**content, key: rows}, row_id

    def form_fields(self, live: Mapping[str, LiveTable]) -> Iterator[FormField]:
        """The fields for the page, in their order; `live` are tables by the keys of their fields."""
        for field in self.template_fields:
            name = field_name(field.key)
            bound = self[name]
            is_table = field_kind(field) == Kind.TABLE
            rows = list(table_rows(name, field.columns, bound.value())) if is_table else None
            why = field_name(f"{field.key}{WHY}")
            yield FormField(
                field,
                bound,
                rows,
                self.facts.get(field.key, ""),
                self[why] if why in self.fields else None,
                live.get(field.key),
            )


def field_name(key: str) -> str:
    """The name of a field's control."""
    return f"f-{key}"


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _as_stored(value: Any) -> Any:
    """The value of a form's field as JSON."""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _form_field(field: TemplateField, value: Any) -> forms.Field:
    match field_kind(field):
        case Kind.LINE:
            return LineField(max_length=MOST_LINE_LETTERS, required=False)
        case Kind.DATE:
            widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"})
            return forms.DateField(widget=widget, required=False)
        case Kind.YES_NO:
            choices = [(YES, _("Yes")), (NO, _("No")), ("", _("Not stated"))]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, required=False)
        case Kind.CHOICE:
            choices = [*_choices(field, [value] if value else []), ("", _("Not stated"))]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, required=False)
        case Kind.CHECK:
            boxes = forms.CheckboxSelectMultiple()
            return forms.MultipleChoiceField(choices=_choices(field, value), widget=boxes, required=False)
        case Kind.TABLE:
            return TableField(field.columns, value)
    area = forms.Textarea(attrs={"rows": 8 if field.kind == Kind.WORDING else 5})
    return forms.CharField(max_length=MOST_TEXT_LETTERS, widget=area, required=False, validators=[validate_text])


def _choices(field: TemplateField, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """The field's options, and what was chosen while it had others."""
    return [(option, option) for option in dict.fromkeys([*field.options, *chosen])]
