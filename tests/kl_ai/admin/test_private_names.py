"""The private names that the portal uses of Django and simple-history still exist, each in one module alone."""

import ast
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, site
from django.contrib.admin.options import BaseModelAdmin
from django.core.management.base import BaseCommand
from django.db.models import Field, Manager, QuerySet
from django.forms import BaseForm, BoundField, Widget
from django.forms.formsets import BaseFormSet

from kl_ai.admin.private_names import is_history_version, model_admins, raw_delete
from kl_ai.models import User
from tests.environment import ROOT
from tests.source import syntax

PACKAGES = ("kl_ai", "marketoverview", "legaltoolbox")
MODULE = "kl_ai/admin/private_names.py"
PRIVATE_NAMES = [
    (AdminSite(), "_registry"),
    (QuerySet(), "_raw_delete"),
    (apps.get_model("legaltoolbox", "ScaleLevel").history.model().instance, "_history"),
]
DOCUMENTED = {"_meta", "_state", "_db", "_default_manager", "_base_manager", "_asdict", "_replace"}
"""Names with an underscore that the documentation of Django and of named tuples describes."""
BY_STRING = {"getattr", "hasattr", "setattr", "delattr"}
OTHER_ROOMS = {"kl_ai/export/worksheet.py", "kl_ai/mail/smtp.py"}
"""Modules that hold a private name of another library, with tests of their own."""


def modules() -> dict[str, ast.Module]:
    """The syntax of every module but those that write the database's schema, by its path."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {
        path.relative_to(ROOT).as_posix(): syntax(path)
        for path in paths
        if "migrations" not in path.parts and path != Path(__file__)
    }


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def defined_names(tree: ast.Module) -> Iterator[str]:
    """The names that the module gives to functions, classes, attributes and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def private_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names if is_private(alias.name))


def private_attributes(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Each private attribute that the module reads or writes, and whether it is read from `super()`.

    Also those that it names in a string: `getattr(item, "_name")`, and `hasattr`, `setattr`, `delattr` alike.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BY_STRING:
            owner, name = node.args[0], node.args[1]
            if isinstance(name, ast.Constant) and is_private(name.value):
                yield name.value, ast.unparse(owner) == "super()"
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = node.value.func if isinstance(node.value, ast.Call) else None
            yield node.attr, isinstance(owner, ast.Name) and owner.id == "super"


@pytest.mark.parametrize(("owner", "name"), PRIVATE_NAMES, ids=lambda part: part if isinstance(part, str) else "")
def test_the_library_still_has_the_private_name(owner, name):
    assert hasattr(owner, name), f"{type(owner).__name__}.{name} is gone"


def test_a_private_name_in_a_string_is_seen():
    tree = ast.parse('hasattr(obj, "_history") and getattr(super(), "_registry", None) and getattr(obj, name)')
    assert set(private_attributes(tree)) == {("_history", False), ("_registry", True)}


def test_the_module_uses_no_other_private_name():
    tree = modules()[MODULE]
    assert {name for name, _is_super in private_attributes(tree)} == {name for _owner, name in PRIVATE_NAMES}
    assert not list(private_imports(tree))


def import_path(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def inherited_names(module: ModuleType) -> Iterator[str]:
    """The names that the classes of the module inherit from other classes of the portal."""
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            for base in value.__mro__:
                if base.__module__.startswith(PACKAGES):
                    yield from vars(base)


def strange_names(tree: ast.Module, inherited: Iterable[str] = ()) -> list[str]:
    """The private names in a module that neither it defines nor a base class, nor the documentation of a library."""
    own = {*defined_names(tree), *inherited, *DOCUMENTED}
    return [name for name, is_super in private_attributes(tree) if is_super or name not in own]


def test_a_private_name_of_another_module_is_strange():
    assert strange_names(ast.parse("word._text()")) == ["_text"]
    assert strange_names(ast.parse("def _text(): pass\nword._text()")) == []
    assert strange_names(ast.parse("self._text()"), ["_text"]) == []
    assert strange_names(ast.parse("super()._text()"), ["_text"]) == ["_text"]


def test_no_other_module_uses_a_private_name():
    """Of a library, or of another module of the portal."""
    used = {
        path: strange_names(tree, inherited_names(import_module(import_path(path)))) + list(private_imports(tree))
        for path, tree in modules().items()
    }
    assert {path for path, names in used.items() if names} == {MODULE, *OTHER_ROOMS}


EXTENDED = (BaseModelAdmin, AdminSite, BaseForm, BaseFormSet, BoundField, Widget, Field, Manager, QuerySet, BaseCommand)


def subclasses(base: type) -> Iterator[type]:
    for subclass in base.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def test_no_class_overrides_a_private_method():
    """Of what the portal extends: Django calls such a method where it finds it, and may stop doing so."""
    for path in modules():
        import_module(import_path(path))
    overridden = [
        f"{ours.__module__}.{ours.__qualname__}.{name}"
        for extended in EXTENDED
        for ours in set(subclasses(extended))
        if ours.__module__.startswith(PACKAGES)
        for name in vars(ours)
        if is_private(name)
        and name not in {"_default_manager", "_queryset_class"}
        and any(name in vars(base) for base in ours.__mro__ if not base.__module__.startswith(PACKAGES))
    ]
    assert overridden == []


def test_the_model_admins_come_in_the_order_of_their_registration():
    own_site = AdminSite()
    own_site.register(User, ModelAdmin)
    own_site.register(site.get_model_admin(User).model.groups.rel.model, ModelAdmin)
    assert [model_admin.model.__name__ for model_admin in model_admins(own_site)] == ["User", "Group"]


@pytest.mark.django_db
def test_rows_are_deleted_in_one_statement(django_assert_num_queries):
    User.objects.create_user("ida@agern.example")
    User.objects.create_user("bo@agern.example")
    with django_assert_num_queries(1):
        raw_delete(User.objects.filter(email__startswith="ida"))
    assert [user.email for user in User.objects.all()] == ["bo@agern.example"]


def test_a_version_of_the_history_is_told_from_the_row_of_today():
    model = apps.get_model("legaltoolbox", "ScaleLevel")
    assert is_history_version(model.history.model().instance)
    assert not is_history_version(model())
