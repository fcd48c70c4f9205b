"""The source of the portal as syntax trees, each file parsed once for all tests."""

import ast
from functools import cache
from pathlib import Path
from typing import Any


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def _all_nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(syntax(path)))


def nodes(path: Path, *types: type[ast.AST]) -> list[Any]:
    """The nodes of these types anywhere in the file."""
    return [node for node in _all_nodes(path) if isinstance(node, types)]
