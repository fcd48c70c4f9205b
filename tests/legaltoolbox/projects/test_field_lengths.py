"""The letters of a field are counted as people count them, and who has too many is told where and how many there are."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from legaltoolbox.projects.models import values
from legaltoolbox.projects.models.values import new_row, validate_value
from legaltoolbox.projects.work.sections import Kind, field_kind
from tests.legaltoolbox.projects.documents import begin, browser
from tests.reading import parse


def test_danish_letters_count_as_others_do():
    for letter in ("x", "æ"):
        validate_value([new_row([letter * 250] * 4, 4) for _row in range(70)])


@pytest.mark.parametrize(
    ("value", "letters", "most"),
    [("x" * 10_001, "10.001", "10.000"), ([new_row(["x" * 4_001], 1)], "4.001", "4.000"), (["x" * 501], "501", "500")],
)
def test_a_text_that_is_too_long_says_how_many_letters_it_has_and_may_have(value, letters, most):
    with override("da"), pytest.raises(ValidationError) as refused:
        validate_value(value)
    [sentence] = refused.value.messages
    assert letters in sentence
    assert most in sentence


def test_a_document_that_is_too_long_says_how_many_letters_it_would_have():
    with override("da"), pytest.raises(ValidationError) as refused:
        validate_value([new_row(["x" * 3_950], 1) for _row in range(80)])
    assert "300.000" in refused.value.messages[0]
    assert "320.000" in refused.value.messages[0]


def test_the_page_names_the_field(team, monkeypatch, content):
    begin(team)
    monkeypatch.setattr(values, "MOST_DOCUMENT_LETTERS", 40)
    [template] = [each for each in content.templates if each.code == "S05"]
    [section] = [each for each in content.sections(template) if each.key == "4"]
    field = next(each for each in content.fields(section) if field_kind(each) == Kind.TEXT)
    path = reverse("projects:section", args=[*team.project.address, 1, "4"])
    client = browser(team.lead)
    [seen] = re.findall(r'name="seen" value="([^"]+)"', client.get(path).content.decode())
    data = {"seen": seen, f"f-{field.key}": "x" * 11}
    told = parse(client.post(path, data).content.decode()).text
    assert f"{field.label}: Svarene i et dokument kan højst fylde 40 tegn i alt, og nu ville de fylde 61." in told
