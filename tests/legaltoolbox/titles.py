"""Texts without the titles that stand behind codes, to be compared with what an editor has written."""

from legaltoolbox.code_titles import CodeTitles
from tests.texts import prose_letters


def without_titles(letters: str, content) -> str:
    """The letters of a page or document (`prose_letters`) without the titles that stand in brackets behind codes."""
    for code, title in CodeTitles(content).titles.items():
        letters = letters.replace(f"{code}({prose_letters(title)})", code)
    return letters
