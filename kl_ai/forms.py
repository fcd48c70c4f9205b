"""The reading and showing of all forms: Django's forms, with cleaned texts, in the markup of the design system.

`{{ form }}` gives the error summary and every field; `{{ field.as_field_group }}` gives one field
with label, hint, errors and control. The templates stand under `templates/django/forms/portal/`.
The administration shows its fields through its own templates: the renderer names templates of its own
and overrides none of Django's. What is typed there is cleaned too, since every form of the project takes
its bound fields from the renderer (`PortalBoundField.data`).
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.renderers import TemplatesSetting

from .addresses import (
    MAX_LENGTH,
    canonical_address,
    readable_address,
    validate_address,
    validate_login_address,
)
from .error_messages import use_own_messages
from .text import clean_line, clean_text
from .validators import validate_line


class PortalBoundField(BoundField):
    """A form field that cleans what was typed, and knows its control's kind and classes in the design system.

    What is wrong with the value is said in the portal's words (`kl_ai.error_messages`).
    """

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        if form.is_bound:
            use_own_messages(field, self.data)

    @property
    def data(self) -> Any:
        """The value sent for the field: text cleaned by `kl_ai.text`, on one line where the control has one line.

        Validation, the comparison with the initial value and the form that comes back all read it.
        """
        value = super().data
        if not isinstance(value, str):
            return value
        if isinstance(self.field.widget, forms.Textarea | forms.HiddenInput):
            return clean_text(value)
        return clean_line(value) if isinstance(self.field.widget, forms.widgets.Input) else value

    def value(self) -> Any:
        """The value that the control shows; keys that no row can have, as only other pages send, are left out.

        The look-up of the administration would ask the database for them while it renders.
        """
        value = super().value()
        if not isinstance(self.field, forms.ModelChoiceField) or self.field.queryset is None:
            return value
        key = self.field.queryset.model._meta.get_field(
            self.field.to_field_name or self.field.queryset.model._meta.pk.name
        )
        if isinstance(value, list | tuple):
            return [item for item in value if _is_possible(key, item)]
        return value if _is_possible(key, value) else None

    @property
    def kind(self) -> str:
        """`checkbox`, `radios`, `checkboxes`, `group` (several controls under one legend) or `single`."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return "checkboxes"
        if isinstance(widget, forms.RadioSelect):
            return "radios"
        return "group" if self.use_fieldset else "single"

    @property
    def control_class(self) -> str:
        match self.kind, self.field.widget:
            case "checkbox" | "checkboxes", _:
                return "form-checkbox"
            case "radios", _:
                return "form-radio"
            case _, forms.SelectMultiple():
                return "form-input"
            case _, forms.Select():
                return "form-select"
            case _, forms.FileInput():
                return "form-file"
        return "form-input"

    @property
    def control(self) -> str:
        """The control's HTML with the design system's class beside those of the widget.

        A text has no `maxlength`, with which a browser would cut what is pasted and not say so: the form says what is
        too long, and the counter by how much.
        """
        attrs: dict[str, str | bool] = {"class": self._classes()}
        is_limited = self.limit is not None or self.line_limit is not None
        return self.as_widget(attrs=attrs | {"maxlength": False} if is_limited else attrs)

    @property
    def options(self) -> list[BoundWidget]:
        """The controls of radio buttons or checkboxes, one for each choice."""
        attrs: dict[str, str | bool] = {"id": self.auto_id, "class": self._classes()}
        widget = self.field.widget
        choices = widget.subwidgets(self.html_name, self.value(), attrs=self.build_widget_attrs(attrs))
        return [BoundWidget(widget, choice, self.form.renderer) for choice in choices]

    @property
    def anchor(self) -> str:
        """The id of the control that a link in the error summary leads to."""
        if self.kind in ("radios", "checkboxes"):
            options = self.options
            return options[0].id_for_label if options else ""
        return self.id_for_label or self.auto_id

    @property
    def is_needed(self) -> bool:
        """Whether the field may be empty now but not in the end: the form names such in `needed_fields`."""
        return self.name in getattr(self.form, "needed_fields", ())

    @property
    def limit(self) -> int | None:
        """The greatest number of characters of a long text, for its counter."""
        if isinstance(self.field.widget, forms.Textarea):
            return getattr(self.field, "max_length", None)
        return None

    @property
    def line_limit(self) -> int | None:
        """The greatest number of characters of a text on one line, for its counter."""
        if isinstance(self.field.widget, forms.TextInput | forms.URLInput | forms.EmailInput):
            return getattr(self.field, "max_length", None)
        return None

    def _classes(self) -> str:
        return f"{self.control_class} {self.field.widget.attrs.get('class', '')}".strip()


def _is_possible(key: Any, value: Any) -> bool:
    """Whether a row can have this value in its field `key`."""
    if value in (None, ""):
        return True
    try:
        key.to_python(value)
    except ValidationError:
        return False
    return "\0" not in str(value)


def copy_validators(field: forms.Field, model_field: Any) -> None:
    """Give the form's field the validators that the model's field declares: Django runs those in a `ModelForm` only.

    The form's own validators of the same classes go, or an error would be shown twice, as do those whose subclass is declared.
    """
    _name, _path, _arguments, options = model_field.deconstruct()
    declared = options.get("validators", [])
    classes = {kind for validator in declared for kind in type(validator).__mro__[:-1]}
    field.validators = [*(own for own in field.validators if type(own) not in classes), *declared]


class LineField(forms.CharField):
    """Text on one line, in an input of one of the design system's widths: "s", "l", "xl"."""

    def __init__(self, *, width: str = "xl", autocomplete: str = "", validators: Any = (), **options: Any) -> None:
        attrs = {"autocomplete": autocomplete} if autocomplete else {}
        widget = forms.TextInput(attrs=attrs | {"class": f"input-width-{width}"})
        super().__init__(validators=[validate_line, *validators], widget=widget, **options)


class LowercaseEmailField(forms.EmailField):
    """A mail address in the form in which the portal stores addresses and compares them (`kl_ai.addresses`)."""

    default_validators = [validate_address]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MAX_LENGTH} | options)

    def to_python(self, value: Any) -> str:
        return canonical_address(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return readable_address(value) if isinstance(value, str) else value


class LoginAddressField(LowercaseEmailField):
    """The address that somebody logs in with."""

    default_validators = [validate_login_address]


class PortalRenderer(TemplatesSetting):
    """`FORM_RENDERER` of the settings."""

    form_template_name = "django/forms/portal/form.html"
    field_template_name = "django/forms/portal/field.html"
    bound_field_class = PortalBoundField
