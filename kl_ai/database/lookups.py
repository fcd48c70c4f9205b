"""Look-ups by numbers that the column cannot hold: no row has them, on any database.

Django looks so at a number with `exact`, `gt` and the like. Without this module a list of numbers (`in`, as of ticked
boxes), a `range`, and every look-up of a foreign key, would be an `OverflowError` of SQLite instead.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import ForeignKey, IntegerField, lookups
from django.db.models.fields import related_lookups


def _range(lookup: Any, connection: Any) -> tuple[int, int] | None:
    """The smallest and the greatest number of the column; None for a column of something else."""
    field = lookup.lhs.output_field
    while getattr(field, "target_field", None) is not None:
        field = field.target_field
    if not isinstance(field, IntegerField):
        return None
    smallest, greatest = connection.ops.integer_field_range(field.get_internal_type())
    # PostgreSQL compares its integers with greater numbers; SQLite has no greater ones.
    return (-(2**63) if smallest is None else smallest, 2**63 - 1 if greatest is None else greatest)


class _Single:
    """A look-up by one number."""

    below: type[Exception] = EmptyResultSet
    above: type[Exception] = EmptyResultSet
    """What comes of a number below or above the range: no row, or every row."""

    def process_rhs(self: Any, compiler: Any, connection: Any) -> Any:
        if isinstance(self.rhs, int) and (limits := _range(self, connection)):
            if self.rhs < limits[0]:
                raise self.below
            if self.rhs > limits[1]:
                raise self.above
        return super().process_rhs(compiler, connection)  # type: ignore[misc]  # of the look-up beside this class


class _Several:
    """A look-up by several numbers: those that no row can have are left out."""

    def process_rhs(self: Any, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value() and (limits := _range(self, connection)):
            self.rhs = list(_fitting(self.rhs, limits))
            if not self.rhs:
                raise EmptyResultSet
        return super().process_rhs(compiler, connection)  # type: ignore[misc]  # of the look-up beside this class


def _fitting(values: Iterable[Any], limits: tuple[int, int]) -> Iterable[Any]:
    return (value for value in values if not isinstance(value, int) or limits[0] <= value <= limits[1])


@IntegerField.register_lookup
class IntegerIn(_Several, lookups.In):
    pass


@IntegerField.register_lookup
class IntegerRange(lookups.Range):
    """From the greater of the two beginnings to the smaller of the two ends: the column's, and those asked for."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        limits = _range(self, connection)
        if self.rhs_is_direct_value() and limits and all(isinstance(value, int) for value in self.rhs):
            first, last = self.rhs
            if first > limits[1] or last < limits[0]:
                raise EmptyResultSet
            self.rhs = (max(first, limits[0]), min(last, limits[1]))
        return super().process_rhs(compiler, connection)


@ForeignKey.register_lookup
class ForeignKeyExact(_Single, related_lookups.RelatedExact):
    pass


@ForeignKey.register_lookup
class ForeignKeyIn(_Several, related_lookups.RelatedIn):
    pass


@ForeignKey.register_lookup
class ForeignKeyGreaterThan(_Single, related_lookups.RelatedGreaterThan):
    below = FullResultSet


@ForeignKey.register_lookup
class ForeignKeyGreaterThanOrEqual(_Single, related_lookups.RelatedGreaterThanOrEqual):
    below = FullResultSet


@ForeignKey.register_lookup
class ForeignKeyLessThan(_Single, related_lookups.RelatedLessThan):
    above = FullResultSet


@ForeignKey.register_lookup
class ForeignKeyLessThanOrEqual(_Single, related_lookups.RelatedLessThanOrEqual):
    above = FullResultSet
