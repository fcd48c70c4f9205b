"""The many-to-many links that simple-history keeps of a model, beside the columns of its rows."""

from typing import Any

from django.db.models import Model
from simple_history.models import HistoricalRecords


def linked_fields(model: type[Model]) -> list[Any]:
    """The many-to-many fields of the model whose links are kept with each version of a row."""
    return [field for field in model._meta.many_to_many if field in HistoricalRecords.m2m_models]
