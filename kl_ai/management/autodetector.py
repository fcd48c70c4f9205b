"""The comparison of models with migrations that `makemigrations` and `migrate` use: the schema counts, the wording does not."""

from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState

WORDING = ("verbose_name", "help_text", "error_messages", "validators")
"""Arguments of a field that no database ever sees. A validator stands here because its message is wording."""


class SchemaAutodetector(MigrationAutodetector):
    """Finds changes of the schema only.

    Labels, help texts, error messages and validators are taken out of both states before they are compared. So a
    corrected text is no migration, and a migration that is written imports no validator.
    """

    def __init__(self, from_state: ProjectState, to_state: ProjectState, questioner=None) -> None:
        from_state, to_state = from_state.clone(), to_state.clone()
        for key, model in to_state.models.items():
            if (earlier := from_state.models.get(key)) is not None:
                _take_names(model, earlier)
        for state in (from_state, to_state):
            for model in state.models.values():
                _strip(model)
        super().__init__(from_state, to_state, questioner)


def _take_names(model: ModelState, earlier: ModelState) -> None:
    """Call the model as the migrations call it. A new model keeps its name: the names of its permissions come from there."""
    for option in ("verbose_name", "verbose_name_plural"):
        model.options.pop(option, None)
        if option in earlier.options:
            model.options[option] = earlier.options[option]


def _strip(model: ModelState) -> None:
    """Take the wording out of a model's fields and constraints."""
    model.fields = {name: field_without_wording(field) for name, field in model.fields.items()}
    constraints = model.options.get("constraints", ())
    model.options["constraints"] = [constraint_without_wording(constraint) for constraint in constraints]


def field_without_wording(field: models.Field) -> models.Field:
    """The same field of the schema. Choices keep their values, each with its value as its label."""
    _name, _path, args, kwargs = field.deconstruct()
    for argument in WORDING:
        kwargs.pop(argument, None)
    if choices := field.flatchoices:
        kwargs["choices"] = [(value, value) for value, _label in choices]
    return field.__class__(*args, **kwargs)


def constraint_without_wording(constraint: models.BaseConstraint) -> models.BaseConstraint:
    """The same constraint of the schema, without the sentence that a form shows where it is broken."""
    _path, args, kwargs = constraint.deconstruct()
    kwargs.pop("violation_error_message", None)
    return constraint.__class__(*args, **kwargs)
