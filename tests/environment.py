"""The root of the project, its pyproject.toml, and the environment variables that the settings read."""

import ast
import os
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
"""The table `project` of pyproject.toml."""


def settings_variables() -> set[str]:
    """The names of all environment variables that `kl_ai/settings.py` reads, from its syntax tree."""
    tree = ast.parse((ROOT / "kl_ai" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def clean(**variables: str) -> dict[str, str]:
    """The environment without any setting of the portal, and with `variables`: for a process of its own."""
    ours = settings_variables() | {"DJANGO_SETTINGS_MODULE", "TEST_DATABASE_URL"}
    return {name: value for name, value in os.environ.items() if name not in ours} | variables


def required(what: str) -> bool:
    """Whether this run must fail rather than leave `what` out: `REQUIRE_BROWSER=1`, `REQUIRE_POSTGRES=1` …"""
    return os.environ.get(f"REQUIRE_{what.upper()}", "") not in ("", "0", "false")
