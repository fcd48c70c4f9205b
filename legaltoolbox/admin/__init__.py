"""KL's editing of the toolbox. Every change bumps the toolbox's version in its own transaction."""

from . import catalogues, law, templates, work

__all__ = ["catalogues", "law", "templates", "work"]
