"""The words in which every form says what is wrong with a value, in place of those of Django.

`kl_ai.forms.PortalBoundField` gives them to each field of each form; a field that has words of its own keeps them.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core import validators
from django.utils.formats import get_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .text import clean_line

Messages = Mapping[str, str | Promise]

GONE = _("This choice is no longer possible. Choose another one.")
NOT_A_DATE = _("“%(value)s” is not a date. Write it like this: %(date)s.")
NOT_A_TIME = _("“%(value)s” is not a time of the day. Write it like this: %(time)s.")
BY_FIELD: dict[type[forms.Field], Messages] = {
    forms.Field: {
        "required": _("Fill in this field."),
        "max_length": _("The text can have %(limit_value)s characters at most. It has %(show_value)s."),
        "min_length": _("The text must have %(limit_value)s characters at least. It has %(show_value)s."),
        "max_value": _("Write a number that is %(limit_value)s at most, not %(show_value)s."),
        "min_value": _("Write a number that is %(limit_value)s at least, not %(show_value)s."),
        "null_characters_not_allowed": _("The text holds invisible characters. Type it again instead of pasting it."),
        "unique": _("“%(value)s” is in use already. Write something else."),
        "null": _("Fill in this field."),
        "blank": _("Fill in this field."),
    },
    forms.EmailField: {
        "required": _("Write an e-mail address, for example name@example.dk."),
        "invalid": _("“%(value)s” is not an e-mail address. Write it like this: name@example.dk."),
    },
    forms.URLField: {
        "required": _("Write a web address, for example https://www.example.dk."),
        "invalid": _("“%(value)s” is not a web address. Write it like this: https://www.example.dk."),
    },
    forms.SlugField: {
        "required": _("Write a code of letters from a to z, digits and hyphens."),
        "invalid": _("“%(value)s” cannot be used here. Use letters from a to z, digits, hyphens and underscores only."),
    },
    forms.IntegerField: {
        "required": _("Write a number."),
        "invalid": _("“%(value)s” is not a whole number. Write it in digits, for example 5."),
    },
    forms.DecimalField: {"invalid": _("“%(value)s” is not a number. Write it in digits, for example 5.")},
    forms.DateField: {"required": _("Write a date, for example %(date)s."), "invalid": NOT_A_DATE},
    forms.TimeField: {"required": _("Write a time of the day, for example %(time)s."), "invalid": NOT_A_TIME},
    forms.DateTimeField: {
        "required": _("Write a date and a time, for example %(date)s %(time)s."),
        "invalid": _("“%(value)s” is not a date and a time. Write them like this: %(date)s %(time)s."),
    },
    forms.SplitDateTimeField: {
        "required": _("Write a date and a time, for example %(date)s %(time)s."),
        "invalid": _("Write both a date and a time."),
        "invalid_date": NOT_A_DATE,
        "invalid_time": NOT_A_TIME,
    },
    forms.MultiValueField: {"invalid": _("Fill in all parts."), "incomplete": _("Fill in all parts.")},
    forms.BooleanField: {"required": _("Tick the box.")},
    forms.ChoiceField: {"required": _("Choose one of the options."), "invalid_choice": GONE},
    forms.MultipleChoiceField: {
        "required": _("Choose at least one of the options."),
        "invalid_choice": GONE,
        "invalid_list": GONE,
    },
    forms.ModelChoiceField: {"required": _("Choose one from the list."), "invalid_choice": GONE},
    forms.ModelMultipleChoiceField: {
        "required": _("Choose at least one from the list."),
        "invalid_choice": GONE,
        "invalid_list": GONE,
        "invalid_pk_value": GONE,
    },
    forms.models.InlineForeignKeyField: {
        "invalid_choice": _("This row belongs to another page. Open the page again."),
    },
    forms.FileField: {
        "required": _("Choose a file."),
        "invalid": _("The file was not received. Choose it again."),
        "missing": _("The file was not received. Choose it again."),
        "empty": _("The file is empty. Choose another one."),
        "max_length": _("The file's name can have %(max)s characters at most. It has %(length)s."),
        "contradiction": _("Choose a file or tick the box, not both."),
    },
    forms.JSONField: {"invalid": _("The text is not valid JSON.")},
}  # fmt: skip
"""The messages by class of field and code; those of a class stand in for the ones of the classes that it is made from."""
OTHER_REFUSALS = ((validators.validate_email, forms.EmailField), (validators.validate_slug, forms.SlugField))
"""Validators with the code “invalid”, each with the class of field whose words say what they refuse."""
LONGEST_VALUE = 60


class Message:
    """A message with what was typed and what is right filled in; numbers and dates are written as in the reader's language.

    The texts name `value` (what was typed), `date` and `time` (examples) and the parameters of the `ValidationError`.
    """

    def __init__(self, text: str | Promise, value: Any) -> None:
        self.text, self.typed = text, value

    def __mod__(self, parameters: Mapping[str, Any]) -> str:
        numbers = {name: _written(value) for name, value in parameters.items()}
        return str(self.text) % {"limit_value": "", "show_value": "", **numbers, **_examples(), "value": self._value()}

    def __str__(self) -> str:
        return self % {}

    def _value(self) -> str:
        parts = self.typed if isinstance(self.typed, list | tuple) else [self.typed]
        return clean_line(" ".join(str(part) for part in parts if part is not None), LONGEST_VALUE)


def _written(value: Any) -> Any:
    """The number as it is written in the active language, with its thousands apart; other values as they are."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number_format(value, force_grouping=True) if is_number else value


def _examples() -> dict[str, str]:
    """A date and a time as the active language writes them in fields."""
    day = date(date.today().year, 12, 31)
    moment = datetime.combine(day, time(14, 30))
    return {"date": day.strftime(get_format("DATE_INPUT_FORMATS")[0]), "time": moment.strftime("%H:%M")}


def use_own_messages(field: forms.Field, value: Any) -> None:
    """Give the field of one form the portal's messages, with the value that was sent for it."""
    for code, text in _messages(field).items():
        if _may_be_replaced(field, code):
            field.error_messages[code] = Message(text, value)  # type: ignore[assignment]  # Django needs `%` and `str` only
    if isinstance(field, forms.ModelChoiceField):
        no_nul = validators.ProhibitNullCharactersValidator(GONE)
        field.validate_no_null_characters = no_nul  # type: ignore[method-assign]  # an instance's own replaces the class's
    if isinstance(field, forms.MultiValueField):
        values = value if isinstance(value, list | tuple) else []
        for number, part in enumerate(field.fields):
            use_own_messages(part, values[number] if number < len(values) else "")


def _messages(field: forms.Field) -> dict[str, str | Promise]:
    """The portal's messages for a field, by code."""
    messages: dict[str, str | Promise] = {}
    for kind in reversed(type(field).__mro__):
        messages |= BY_FIELD.get(kind, {})
    for validator in field.validators:
        if kind_of_refusal := _kind_of_refusal(validator):
            messages.setdefault("invalid", BY_FIELD[kind_of_refusal]["invalid"])
    return messages


def _kind_of_refusal(validator: Any) -> type[forms.Field] | None:
    return next((kind for other, kind in OTHER_REFUSALS if validator is other), None)


def _may_be_replaced(field: forms.Field, code: str) -> bool:
    """Whether the field has no words of its own for this code: those of a field or a validator of the portal stay."""
    message = field.error_messages.get(code)
    if message is not None:
        return isinstance(message, Message) or id(message) in _DJANGO_MESSAGES
    return not any(_has_own_words(validator) for validator in field.validators if _code(validator) == code)


def _code(validator: Any) -> str:
    return getattr(validator, "code", "")


def _has_own_words(validator: Any) -> bool:
    """Whether the validator was made with a message, and is none of Django's own."""
    if _kind_of_refusal(validator):
        return False
    return getattr(validator, "message", None) is not getattr(type(validator), "message", None)


def _classes(kind: type[forms.Field]) -> Iterator[type[forms.Field]]:
    yield kind
    for other in kind.__subclasses__():
        yield from _classes(other)


_DJANGO_MESSAGES = {
    id(message)
    for kind in _classes(forms.Field)
    if kind.__module__.startswith("django.")
    for message in getattr(kind, "default_error_messages", {}).values()
}
"""Identities of the messages of Django's classes: they live as long as the classes."""
