"""What the portal uses of allauth's internals still exists, and only `kl_ai.login.allauth_adapter` uses it."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.source import nodes

ADAPTER = ROOT / "kl_ai" / "login" / "allauth_adapter.py"
INTERNAL_NAMES = {
    ("allauth.account.internal.flows.login", "record_authentication"): {"request", "user", "method", "extra_data"},
    ("allauth.mfa.recovery_codes.internal.flows", "generate_recovery_codes"): {"request"},
    ("allauth.mfa.totp.internal.flows", "activate_totp"): {"request", "form"},
}
"""Each name with the parameters that the portal passes."""
INTERNAL = re.compile(r"allauth(\.\w+)*\.internal\b")


def internal_imports(path: Path) -> Iterator[tuple[str, str]]:
    """The dotted path of everything that the module imports from allauth's internals, and its name in the module."""
    for node in nodes(path, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            names = [(alias.name, alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [(f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names]
        else:
            continue
        yield from ((dotted, name) for dotted, name in names if INTERNAL.match(dotted))


@pytest.mark.parametrize(("module", "name"), INTERNAL_NAMES, ids=lambda part: part.rpartition(".")[2])
def test_allauth_still_has(module, name):
    function = getattr(import_module(module), name, None)
    assert function is not None, f"{module}.{name} is gone"
    missing = INTERNAL_NAMES[module, name] - set(inspect.signature(function).parameters)
    assert not missing, f"{module}.{name} no longer takes {missing}"


def test_the_adapter_uses_no_other_internal_name():
    modules = {name: dotted for dotted, name in internal_imports(ADAPTER)}
    used = {
        (modules[node.value.id], node.attr)
        for node in nodes(ADAPTER, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id in modules
    }
    assert used == set(INTERNAL_NAMES)


def test_nobody_else_imports_allauths_internals():
    packages = ("kl_ai", "marketoverview", "legaltoolbox", "tests")
    paths = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    assert [path.relative_to(ROOT).as_posix() for path in paths if any(internal_imports(path))] == [
        ADAPTER.relative_to(ROOT).as_posix()
    ]
