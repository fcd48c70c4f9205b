"""Whatever people, browsers, mails and files send: each parser gives a value, or the error that its caller expects.

Invitation lists and their files have tests of their own (`tests/marketoverview/review/`).
"""

import datetime
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.translation import get_language_from_request
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.drafts.parts import PageSave, fingerprint
from kl_ai.login.forms import LoginCodeForm
from kl_ai.login.redirects import next_url
from kl_ai.login.restore import _is_same_origin
from kl_ai.people.limits import origin_of
from kl_ai.people.tokens import KeySigner
from kl_ai.requests.http import client_address
from kl_ai.text import clean_line, clean_text, has_unseen, mask_tokens
from kl_ai.validators import validate_line, validate_text
from legaltoolbox import citations
from legaltoolbox.content.files import filed_models, read
from legaltoolbox.content.load import load
from legaltoolbox.content.reading import ContentError
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import LegalSource
from legaltoolbox.search.act_names import ActNames
from legaltoolbox.search.provisions import parse
from marketoverview.models import Response
from marketoverview.models.vendors import Vendor, ascii_slug, compact_cvr, validate_cvr, validate_website, website_host

FRAGMENTS = (
    "[", "]", "[x]", "[::1", "https://", "http://", "//", "https://]", "https://[firma].dk", "[indsaet link]", "℀.dk",
    "\x00", "%00", "\ud800", "\ufeff", "\u200b", "\u2028", "\xad", "@", ":", "/", "?", "#", "\\", " ", "\n", "\r", "æøå",
    "DK", "13585628", "99999999999999999999", "-1", "1e9", "٣", "²", "½", "+45", "(", ")", ".", ",", ";", "q=0.5", "art. 35",
    "stk. 7", "litra", "GDPR", "§", "null", "a" * 300, "\U0001f468\u200d\U0001f469",
)  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join),
    st.text(max_size=60),
    st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")),
    st.text(st.characters(), max_size=20),
)


ACTS = [LegalSource(slug="gdpr", kind=LegalSource.Kind.ACT, name="GDPR", aliases=["databeskyttelsesforordningen"])]


def website_field() -> forms.Field:
    return Vendor._meta.get_field("website").formfield(assume_scheme="https")


def phone_field() -> forms.Field:
    return Response._meta.get_field("contact_phone").formfield()


WITHOUT_ERRORS: dict[str, Callable[[str], Any]] = {
    "clean_text": clean_text,
    "clean_line": clean_line,
    "has_unseen": has_unseen,
    "mask_tokens": mask_tokens,
    "compact_cvr": compact_cvr,
    "website_host": website_host,
    "ascii_slug": ascii_slug,
    "token": KeySigner("tests").read,
    "citations": lambda text: list(citations.cited(text, citations.pattern(ACTS))),
    "provisions": lambda text: parse(text, ActNames(ACTS)),
    "draft's page": lambda text: PageSave.from_post({"page": text, "save": text}),
    "draft's fingerprint": lambda text: fingerprint({text: text}),
    "login code": lambda text: LoginCodeForm({"code": text}).is_valid(),
    "query string": lambda text: QueryDict(text.encode("utf-8", "replace")),
}
REFUSING: dict[str, Callable[[str], Any]] = {
    "CVR number": validate_cvr,
    "website": validate_website,
    "website's field": lambda text: website_field().clean(text),
    "phone's field": lambda text: phone_field().clean(text),
    "text": validate_text,
    "line": validate_line,
}
"""Those that raise `ValidationError`."""


@pytest.mark.parametrize("name", WITHOUT_ERRORS)
@given(text=texts)
def test_a_parser_of_text_takes_any_text(name, text):
    WITHOUT_ERRORS[name](text)


@pytest.mark.parametrize("name", REFUSING)
@given(text=texts)
@example(text="[indsaet link]")
@example(text="https://[firma].dk")
@example(text="https://]")
@example(text="https://[::1")
@example(text="[]")
@example(text="https://℀.dk")
def test_a_field_takes_any_text_or_refuses_it_with_a_sentence(name, text):
    with suppress(ValidationError):
        REFUSING[name](text)


@given(text=texts)
def test_cleaned_text_is_clean(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert not has_unseen(once)
    once.encode()  # no half of a character is left


SCRIPTS = (
    "javascript:alert(1)",
    "JAVASCRIPT://a.dk/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    " java\tscript:x",
    "file:///x",
)


@pytest.mark.parametrize("app", ["marketoverview", "legaltoolbox"])
@pytest.mark.parametrize("text", SCRIPTS)
def test_no_address_that_becomes_a_link_runs_a_script(app, text):
    fields = [
        field
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.URLField) and not model.__name__.startswith("Historical")
    ]
    assert fields
    for field in fields:
        with pytest.raises(ValidationError):
            field.clean(text, None)


# Headers and addresses ----------------------------------------------------------------------------

HEADERS: dict[str, Callable[[Any], Any]] = {
    "HTTP_ORIGIN": _is_same_origin,
    "HTTP_ACCEPT_LANGUAGE": get_language_from_request,
    "HTTP_X_FORWARDED_FOR": client_address,
    "REMOTE_ADDR": origin_of,
    "HTTP_REFERER": next_url,
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("behind_proxy", [False, True])
@given(text=texts)
@example(text="https://[x")
@example(text="[")
@example(text="[::1")
def test_a_header_may_hold_anything(name, behind_proxy, text, settings):
    settings.BEHIND_PROXY = behind_proxy
    HEADERS[name](RequestFactory().get("/", headers=None, **{name: text}))


@given(text=texts)
@example(text="//[x]")
@example(text="//")
@example(text="/\\[x")
def test_the_page_after_the_login_is_ours_whatever_is_asked_for(text):
    url = next_url(RequestFactory().get("/", {"next": text.encode("utf-8", "replace")}))
    assert url == "" or (url.startswith("/") and not url.startswith(("//", "/\\")))


# Content files ------------------------------------------------------------------------------------

HOSTILE_YAML = (
    "a: [", "- 1", "null", "''", "- {code: [1]}", "- &a [*a]", "? [a]\n: b", "!!python/object/apply:os.system [ls]",
    "- code: 2026-13-45", "- {1: 2}", "- code: A1\n  code: A2", "\t- x", "- code: !!binary x", "%YAML 9.9\n---\n", "- *x",
    "- {null: 1}", "{a: b}: c", "- - - x", "- code: .nan", "- code: 9999999999999999999999", "--- a\n--- b", "- code: 0x",
    "- 2026-02-30", "- code: 2026-02-30", "text", "1", "- ~", "a: b", "- !!set {a}", "- ? {a: b}\n  : c",
)  # fmt: skip
yaml_texts = (
    st.sampled_from(HOSTILE_YAML)
    | st.lists(
        st.sampled_from([*"[]{}:,-?&*!|>'\"%@`#\n ", "code", "title", "a", "1", "\t", "\x00", "~"]), max_size=25
    ).map("".join)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["code", "title", "x", "checklist"]), inner, max_size=3)
        ),
    ).map(yaml.safe_dump)
)


def content_folder(folder: str, **files: str) -> Path:
    """A folder with an empty file of each kind, but those given by the name of their kind."""
    for kind in filed_models():
        path = Path(folder) / re.sub(r"\{[^}]*\}", "x", kind.file)
        path.parent.mkdir(exist_ok=True)
        text = files.get(kind.model._meta.model_name, "{}" if kind.is_single else "[]")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Path(folder)


@hypothesis_settings(max_examples=150)
@given(text=yaml_texts, kind=st.sampled_from(["role", "activity", "risk", "documenttemplate", "scalelevel"]))
def test_a_content_file_is_read_or_refused_with_a_sentence(text, kind):
    with tempfile.TemporaryDirectory() as folder, suppress(ContentError):
        read(content_folder(folder, **{kind: text}))


HOSTILE_VALUES = (
    None, "", "x", "\x00", "x" * 5_000, -1, 0, 10**30, 1.5, float("nan"), True, [], ["x"], [1], [None], [["x"]], {}, {"x": 1},
    [{"x": 1}], [{}], datetime.date(2026, 1, 1), "2026-13-45", "https://[x]", "A25",
)  # fmt: skip


@pytest.mark.django_db
@hypothesis_settings(max_examples=150)
@given(data=st.data())
def test_a_record_with_any_value_is_loaded_or_refused_with_a_sentence(bare, data):
    kind = data.draw(st.sampled_from([KINDS["role"], KINDS["risk"], KINDS["activity"], KINDS["source"]]))
    names = [*kind.fields, *(part.name for part in kind.parts)]
    record = dict.fromkeys(kind.fields[:1], "x")
    record |= data.draw(st.dictionaries(st.sampled_from(names), st.sampled_from(HOSTILE_VALUES), max_size=len(names)))
    text = yaml.safe_dump(record if kind.is_single else [record])
    with tempfile.TemporaryDirectory() as folder, suppress(ContentError):
        load(content_folder(folder, **{str(kind.model._meta.model_name): text}))
