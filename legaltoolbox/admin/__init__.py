"""KL's editing of the toolbox. Every change bumps the toolbox's version in its own transaction."""

from . import catalogues, law, templates, work
from .other_kinds import register_other_kinds

__all__ = ["catalogues", "law", "templates", "work"]

register_other_kinds()
