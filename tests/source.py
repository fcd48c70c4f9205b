"""The source of the portal as syntax trees, each file parsed once for all tests."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

from tests.environment import ROOT


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def _all_nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(syntax(path)))


def nodes(path: Path, *types: type[ast.AST]) -> list[Any]:
    """The nodes of these types anywhere in the file."""
    return [node for node in _all_nodes(path) if isinstance(node, types)]


APPS = ("marketoverview", "legaltoolbox")


def relative(path: Path) -> str:
    """The path from the top of the project on."""
    return path.relative_to(ROOT).as_posix()


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


PRODUCT = [path for package in ("kl_ai", *APPS) for path in modules(package) if "migrations" not in path.parts]
"""The modules of the product, without the migrations."""
