"""Texts as they are compared with what a page or a file shows of them."""

from kl_ai.text import clean_text


def folded(text: str) -> str:
    """The text with single spaces, as a browser shows it."""
    return " ".join(text.split())


def letters(text: str) -> str:
    """The text without white space and without the characters that no file can hold."""
    return "".join(clean_text(text).split())


def prose_letters(text: str) -> str:
    """The text without white space and without the marks of lists, which pages and documents show in their own way."""
    return "".join(text.replace("\n- ", "").removeprefix("- ").split())


def alphabet_letters(text: str) -> str:
    """The letters alone, small, without the soft hyphens and numbers that a page adds between them."""
    return "".join(letter for letter in text.lower() if letter.isalpha())
