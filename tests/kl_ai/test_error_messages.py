"""Every form says what is wrong in the portal's own words, in Danish and in English."""

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import polib
import pytest
from django import forms
from django.contrib import admin
from django.core.validators import MaxLengthValidator, RegexValidator
from django.forms.formsets import ManagementForm
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.translation import gettext_lazy, override

from kl_ai.admin.private_names import model_admins
from kl_ai.forms import LowercaseEmailField
from marketoverview.models import Response, SurveyRound
from marketoverview.survey.forms.survey import PartForm
from marketoverview.survey.parts import survey_parts
from tests.checks import not_empty
from tests.forms import every_form

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w+(?::\w+)?}")
WRONG = [
    "", "ukendt", "x" * 30_000, "-1", "99999", "9" * 30, "[x]", "navn@", "2026-13-45", "æ ø", "\0",
    {"sent": ["ukendt", "andet"]}, {"sent": ["0", "-1"]}, {"parts": ("31-02-2026", "25:61")}, {"parts": ("", "9")},
]  # fmt: skip
"""What is sent for each field: as one value, as several of one name, or as the parts of a date and time."""


def sentences_of(*folders: Path) -> list[re.Pattern]:
    """The sentences in the Danish catalogues of libraries, in both languages, with anything in their placeholders."""
    texts = set()
    for folder in folders:
        for entry in polib.pofile(str(folder / "locale" / "da" / "LC_MESSAGES" / "django.po")):
            texts |= {entry.msgid, entry.msgid_plural, entry.msgstr, *entry.msgstr_plural.values()}
    sentences = [text for text in texts if text.endswith((".", ")")) and PLACEHOLDER.sub("", text).strip(" .“”")]
    return [re.compile(".*".join(map(re.escape, PLACEHOLDER.split(text)))) for text in not_empty(sentences)]


@pytest.fixture(scope="module")
def foreign():
    """The errors of Django and allauth, as patterns."""
    return sentences_of(Path(django.__file__).parent / "conf", Path(allauth.__file__).parent)


def fields_of_every_form(request) -> Iterator[tuple[str, dict[str, forms.Field]]]:
    """(name, fields) of every form of the portal, of allauth's forms and of the forms and rows of the administration."""
    submission = Response.objects.filter(round=SurveyRound.current()).first()
    for part in survey_parts(submission.round):
        yield f"PartForm {part.key}", PartForm(part, submission, None).fields
    for form_class in sorted(every_form(), key=lambda each: each.__qualname__):
        if form_class is not ManagementForm and not form_class.__module__.startswith(("django.", "tests.")):
            yield form_class.__qualname__, getattr(form_class, "base_fields", {})
    for model_admin in model_admins(admin.site):
        yield type(model_admin).__name__, model_admin.get_form(request, fields=None).base_fields
        for inline in model_admin.get_inline_instances(request):
            yield type(inline).__name__, inline.get_formset(request).form.base_fields


def errors(fields: dict[str, forms.Field]) -> Iterator[tuple[str, str]]:
    """(field, error) of everything wrong that can be sent for them."""
    form_class = type("TriedForm", (forms.Form,), dict(fields))
    for value in WRONG:
        data = QueryDict(mutable=True)
        for name in fields:
            if isinstance(value, str):
                data[name] = value
                data[f"{name}_0"] = data[f"{name}_1"] = value
            elif "sent" in value:
                data.setlist(name, value["sent"])
            else:
                data[f"{name}_0"], data[f"{name}_1"] = value["parts"]
        form = form_class(data)
        form.full_clean()
        for name, messages in form.errors.items():
            yield from ((name, message) for message in messages)


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_form_says_what_is_wrong_in_the_words_of_a_library(demo, curator, foreign, language):
    request = RequestFactory().get("/admin/")
    request.user = curator
    curator.is_superuser = True
    tried, found = set(), set()
    with override(language):
        for name, fields in fields_of_every_form(request):
            for field, error in errors(fields):
                tried.add((name, field))
                if any(pattern.fullmatch(error) for pattern in foreign) or re.search(r"%\(|{\w+}", error):
                    found.add(f"{name}.{field}: {error[:200]}")
    assert len(tried) > 150
    assert not found, "\n".join(sorted(found))


class ExampleForm(forms.Form):
    text = forms.CharField(max_length=600, widget=forms.Textarea)
    email = LowercaseEmailField()
    website = forms.URLField(assume_scheme="https")
    number = forms.IntegerField(max_value=3000)
    day = forms.DateField()
    moment = forms.SplitDateTimeField()
    choice = forms.ChoiceField(choices=[("a", "A")])


@pytest.mark.parametrize(
    ("language", "name", "typed", "error"),
    [
        ("da", "text", "x" * 5000, "Teksten må højst have 600 tegn. Den har 5.000."),
        ("en", "text", "x" * 5000, "The text can have 600 characters at most. It has 5,000."),
        ("da", "email", "ukendt", "“ukendt” er ikke en e-mailadresse. Skriv den sådan: navn@example.dk."),
        ("da", "website", "https://]", "“https://]” er ikke en webadresse. Skriv den sådan: https://www.example.dk."),
        ("da", "website", "100 % os", "“100 % os” er ikke en webadresse. Skriv den sådan: https://www.example.dk."),
        ("en", "website", "%(x)s", "“%(x)s” is not a web address. Write it like this: https://www.example.dk."),
        ("da", "website", "", "Skriv en webadresse, for eksempel https://www.example.dk."),
        ("da", "number", "mange", "“mange” er ikke et helt tal. Skriv det med cifre, for eksempel 5."),
        ("da", "number", "99999", "Skriv et tal på højst 3.000, ikke 99.999."),
        ("da", "choice", "b", "Valget er ikke længere muligt. Vælg noget andet."),
        ("en", "choice", "", "Choose one of the options."),
    ],
)
def test_says_what_is_wrong_and_what_is_right(language, name, typed, error):
    with override(language):
        assert ExampleForm({name: typed}).errors[name] == [error]


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_example_of_a_date_is_one_that_is_understood(language):
    with override(language):
        typed = {"day": "i morgen", "moment_0": "i morgen", "moment_1": "nu"}
        form = ExampleForm(typed)
        day = re.search(r": ([\d.-]+)\.$", form.errors["day"][0])[1]
        time = re.search(r": ([\d:]+)\.$", form.errors["moment"][1])[1]
        right = ExampleForm({"day": day, "moment_0": day, "moment_1": time})
        assert not {"day", "moment"} & set(right.errors)


def test_what_was_typed_stands_in_the_page_as_text():
    with override("en"):
        assert "“&lt;b&gt;” is not a web address" in str(ExampleForm({"website": "<b>"}).errors["website"])


def test_words_of_a_fields_own_stay():
    own = gettext_lazy("Two letters.")

    class OwnForm(forms.Form):
        code = forms.CharField(validators=[RegexValidator(r"^[A-Z]{2}$", own), MaxLengthValidator(3, own)])
        empty = forms.CharField(error_messages={"required": own})

    assert OwnForm({"code": "abcd"}).errors == {"code": ["Two letters.", "Two letters."], "empty": ["Two letters."]}


def test_the_message_of_one_form_never_names_the_value_of_another():
    first, second = ExampleForm({"website": "en"}), ExampleForm({"website": "to"})
    assert "“en”" in first.errors["website"][0]
    assert "“to”" in second.errors["website"][0]
