"""The many-to-many links that simple-history keeps of a model, beside the columns of its rows."""

from typing import Any

from django.db.models import Model
from simple_history.models import HistoricalRecords


def linked_fields(model: type[Model]) -> dict[Any, Any]:
    """The many-to-many fields whose links are kept with each version of a row, and the models that hold these links."""
    history_models = HistoricalRecords.m2m_models
    return {field: history_models[field] for field in model._meta.many_to_many if field in history_models}
