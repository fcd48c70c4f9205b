"""The records of the kinds: they name what there is, in an order in which content can be loaded."""

from collections.abc import Iterable, Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets
from django.urls import reverse

from legaltoolbox.kind_types import ItemKind, ItemPart
from legaltoolbox.kinds import (
    KINDS,
    STATE,
    code_pattern,
    kinds_by_letter,
    kinds_with_codes,
    listed_kinds,
)
from legaltoolbox.models import Item
from tests.checks import not_empty

kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def all_parts(parts: Iterable[ItemPart]) -> Iterator[ItemPart]:
    for part in parts:
        yield part
        yield from all_parts(part.parts)


def test_every_model_of_an_item_has_a_record():
    models = [model for model in apps.get_app_config("legaltoolbox").get_models() if issubclass(model, Item)]
    assert {kind.model for kind in KINDS.values()} == set(models)


@kinds
def test_a_record_has_every_field_of_its_model_once(kind: ItemKind):
    own = [field.name for field in kind.model._meta.get_fields() if field.concrete and not field.primary_key]
    filed = [*kind.fields, *(part.name for part in kind.parts if part.name in own)]
    assert sorted(filed) == sorted(own)
    assert kind.fields[-len(STATE) :] == STATE


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.parts], ids=lambda kind: kind.name)
def test_a_part_has_every_field_of_its_model_but_what_says_where_it_stands(kind: ItemKind):
    for part in not_empty(all_parts(kind.parts)):
        own = {field.name for field in part.model._meta.get_fields() if field.concrete and not field.primary_key}
        assert own - {*part.fields} == {
            part.parent,
            part.number,
            *(("key", "is_withdrawn") if part.is_stable else ()),
        } - {""}
        assert {*part.links, *part.searched} <= {*part.fields}


@kinds
def test_the_form_of_a_kind_has_every_field_of_its_record_once(kind: ItemKind):
    form = admin.site.get_model_admin(kind.model)
    assert sorted(flatten_fieldsets(form.fieldsets)) == sorted([*kind.fields, "preview_link", "used_by"])
    assert [inline.model for inline in form.inlines] == [part.model for part in kind.parts]
    assert {*form.fieldset_starts, *(name for line in form.side_by_side for name in line)} <= {*kind.fields}


def test_rows_have_a_form_of_their_own_where_that_of_their_owner_leaves_fields_or_rows_out():
    parts = [part for kind in KINDS.values() for part in all_parts(kind.parts) if part.many_to_many or part.parts]
    assert parts
    for part in parts:
        form = admin.site.get_model_admin(part.model)
        assert {*flatten(form.fields)} >= {*part.fields}
        assert [inline.model for inline in form.inlines] == [inner.model for inner in part.parts]


@kinds
def test_a_record_names_kinds_and_fields_that_there_are(kind: ItemKind):
    assert {*kind.related, *(name for name, _finding in kind.needs)} <= {*KINDS}
    assert {*kind.searched, *kind.optional, *([kind.excerpt] if kind.excerpt else [])} <= {*kind.fields}
    if kind.rank:
        assert kind.searched
        assert kind.excerpt


@kinds
def test_a_kind_comes_after_those_that_its_items_name(kind: ItemKind):
    """So that each is loaded when the next one needs it."""
    names = list(KINDS)
    before = {*names[: names.index(kind.name)], kind.name}
    named = {field.related_model.KIND for field in (*kind.foreign_keys, *kind.many_to_many)}
    named |= {field.related_model.KIND for part in all_parts(kind.parts) for field in part.foreign_keys}
    assert named <= before


@pytest.mark.parametrize("kind", listed_kinds(), ids=lambda kind: kind.name)
def test_the_list_of_a_kind_has_an_address_of_its_name(kind):
    assert reverse(f"toolbox:{kind.list_name}").startswith("/juridisk-vaerktoejskasse/")


def test_no_two_kinds_share_a_rank_a_letter_or_a_name_of_their_list():
    assert len({kind.rank for kind in listed_kinds()}) == len(listed_kinds())
    assert len(kinds_by_letter()) == sum(len(kind.codes) for kind in kinds_with_codes())
    assert len({kind.json_name for kind in KINDS.values()}) == len(KINDS)
    assert len({kind.list_name for kind in KINDS.values() if kind.list_name}) == len(listed_kinds())
    assert "A\\d{2}" in code_pattern()
