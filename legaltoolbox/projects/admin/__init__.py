"""KL's administration of the municipalities."""

from . import municipalities

__all__ = ["municipalities"]
