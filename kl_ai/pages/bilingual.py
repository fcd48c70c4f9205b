"""Fields in both languages: `label_da` beside `label_en`, read as `label` in the active one."""

from functools import lru_cache
from typing import Self, overload

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language, override


def language() -> str:
    """The active interface language, `da` or `en`."""
    return "en" if (get_language() or "da").startswith("en") else "da"


def other_language() -> str:
    """The interface language that is not the active one."""
    return "da" if language() == "en" else "en"


def front_page(code: str) -> str:
    """The address of the portal's front page in this language."""
    with override(code):
        return reverse("home")


def path_of(name: str, *args: str | int) -> str:
    """The path of a page in the active language, as `reverse()` gives it. For the few pages that every page links to."""
    return _path(name, args, get_language(), get_script_prefix())


@lru_cache(maxsize=1_000)
def _path(name: str, args: tuple[str | int, ...], code: str | None, prefix: str) -> str:
    return reverse(name, args=args)


class Bilingual:
    """A descriptor that reads `<name>_da` or `<name>_en` after the active language.

    Danish is complete by rule; an empty English text falls back to it.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> str: ...

    def __get__(self, instance: object | None, owner: type) -> Self | str:
        if instance is None:
            return self
        return getattr(instance, f"{self.name}_{language()}") or getattr(instance, f"{self.name}_da")
