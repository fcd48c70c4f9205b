"""No copy that a project shares holds a name, a comment, an opinion, a decision, evidence or a vendor, whatever parts are chosen."""

import json
import random

import pytest
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import (
    AdvicePoint,
    Annex,
    Comment,
    ConditionsMet,
    Decision,
    Evidence,
    FieldAnswer,
    FieldEdit,
    Opinion,
    ProjectEvent,
    Recipient,
    SharedCopy,
    Task,
)
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.work.redaction import LEFT_OUT
from legaltoolbox.projects.work.sections import Kind, field_kind
from legaltoolbox.projects.work.shared_copy import ALL_PARTS, Chosen, shared_record
from tests.legaltoolbox.projects.builders import SIGNED, make_member
from tests.legaltoolbox.projects.whole import fill, vary

ALL_DOCUMENTS = frozenset(range(200))
NAME, SURNAME, VENDOR, COMPANY, CASE = "Xulfridina", "Qvistborgsen", "Vendelboqx", "Recipiaqx Data", "SAG-77-QX"
TYPED_OWNER, SIGNER = "Ejerqx Hallingsenqx", "Signeqx Bentsenqx"
SECRETS = ("xulfrid", "qvistborg", "vendelboqx", "recipiaqx", "sag-77-qx", "ejerqx", "hallingsenqx", "bentsenqx")
"""What is found of the names in a text, in small letters."""
SAID = "kommentarqx", "udtalelseqx", "raadqx", "beslutningqx", "bevisqx", "haendelseqx", "notatqx", "egenopgaveqx"
TEXTS = (
    f"Spørg {NAME} {SURNAME} hos {VENDOR} (sag {CASE}).",
    f"{NAME.upper()}s mail er {NAME.lower()}@{VENDOR.lower()}.dk, telefon 12 34 56 78, se https://{VENDOR}.dk/x",
    f"Efter møde med {SURNAME}s chef og {COMPANY} A/S. Æøå & <b>fed</b>",
    f"{SURNAME}, {NAME}: {VENDOR}s tilbud; {COMPANY.lower()}s svar. CPR 010203-1234, CVR 12345678.",
    "Breve til borgere om ydelser.",
    f"_{NAME}_/{SURNAME}\n{VENDOR}\t{TYPED_OWNER}\n- {SIGNER}",
)


def secret_project(team, texts=TEXTS):
    """A project in which each text may name somebody, and in which much is said that must not be shared."""
    person = make_member(team.municipality, "hemmelig")
    person.user.full_name = f"{NAME} {SURNAME}"
    person.user.save()
    project = fill(team, texts)
    project.title, project.case_number, project.kitos_id = f"Breve for {NAME}", CASE, "KITOSQX-1"
    project.save()
    project.facts.filter(key="vendor").update(value=f"{VENDOR} ApS")
    project.facts.create(key="owner", value=f"{TYPED_OWNER}, afdelingschef")
    project.annexes.all().delete()  # its vendors have the texts as names, and a text would be no text any more
    annex = Annex.objects.create(project=project, number=1, title="Bilag", contact="post@k.example", deadline=SIGNED)
    Recipient.objects.create(annex=annex, company=f"{COMPANY} A/S")
    for question, text in zip(catalogues.current().questions, texts, strict=False):
        project.screening_answers.create(question=question.code, value="unknown", why=text)
    project.measures.create(text="fjern alt hvert kvartal")
    _fill_all_fields(project, texts)
    Comment.objects.update(text=SAID[0])
    Opinion.objects.update(text=SAID[1])
    AdvicePoint.objects.update(text=SAID[2], reason=SAID[2])
    Decision.objects.update(conditions=SAID[3], reason=SAID[3])
    ConditionsMet.objects.update(how=SAID[3])
    Evidence.objects.update(title=SAID[4], link=f"https://{SAID[4]}.example/")
    ProjectEvent.objects.update(old=SAID[5], new=SAID[5], reason=SAID[5])
    FieldEdit.objects.update(old=SAID[5], new=SAID[5])
    Task.objects.update(note=SAID[6])
    Task.objects.exclude(title="").update(title=SAID[7], activity="")
    return project


def _fill_all_fields(project, texts) -> None:
    """A document of each template, with something in each field; the names of people and vendors where fields ask for them."""
    catalogue = catalogues.current()
    project.documents.all().delete()
    words = iter([*texts] * 5_000)
    rows = []
    for number, template in enumerate(catalogue.templates, 1):
        document = project.documents.create(number=number, template=template.code)
        for section in catalogue.sections(template):
            for field in catalogue.fields(section):
                value = _value(field, words)
                rows.append(FieldAnswer(document=document, section=section.key, field=field.key, value=value))
                if (
                    field.label.startswith(("DPO", "Databeskyttelses", "Ledelsens"))
                    or "beslutning" in field.label.lower()
                ):
                    rows[-1].value = SAID[1] if isinstance(value, str) else value
    FieldAnswer.objects.bulk_create(rows)


def _value(field, words):
    match field_kind(field):
        case Kind.TABLE:
            cells = [SIGNER if column.startswith("Navn") else next(words) for column in field.columns]
            return [new_row(cells, len(cells))]
        case Kind.CHECK:
            return [*field.options[:1], next(words)]
        case Kind.DATE:
            return "2026-03-02"
    return next(words)


EVERYTHING = Chosen(documents=ALL_DOCUMENTS)


def shown(project, chosen=EVERYTHING) -> str:
    """The bytes of the copy as text, in small letters."""
    return SharedCopy.to_bytes(shared_record(project, catalogues.current(), chosen)).decode().lower()


def assert_nothing_is_told(text: str) -> None:
    told = [
        word for word in (*SECRETS, *SAID, "kitosqx", "12 34 56 78", "010203", "12345678", "@", "://") if word in text
    ]
    assert told == []


def test_a_copy_of_everything_tells_nothing(team):
    text = shown(secret_project(team))
    assert_nothing_is_told(text)
    assert text.count(LEFT_OUT) > 100
    assert "fjern alt hvert kvartal" in text
    for part in (*ALL_PARTS, "documents"):
        assert f'"{part}": [' in text


@pytest.mark.parametrize("part", sorted(map(str, ALL_PARTS)))
def test_each_part_alone_holds_that_part_alone(team, part):
    project = secret_project(team)
    record = shared_record(project, catalogues.current(), Chosen(frozenset({part}), purpose=False))
    assert set(record) == {"format", "version", "title", "municipality", "phase", str(part)}
    assert_nothing_is_told(shown(project, Chosen(frozenset({part}))))


@given(
    data=st.data(),
    seed=st.integers(0, 10_000),
    parts=st.frozensets(st.sampled_from(sorted(ALL_PARTS))),
    documents=st.frozensets(st.integers(1, 40)),
)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_a_project_holds_and_whatever_is_chosen_tells_nothing(team, data, seed, parts, documents):
    """Names stand anywhere in texts that are made up, in any writing, between any signs."""
    around = st.text(st.characters(codec="utf-8", exclude_categories=("L", "N", "M", "C")), min_size=1, max_size=6)
    names = st.sampled_from((NAME, SURNAME, f"{NAME} {SURNAME}", f"{SURNAME}s", VENDOR, f"{VENDOR}s", COMPANY, CASE))
    written = st.builds(lambda name, change: change(name), names, st.sampled_from((str, str.upper, str.lower)))
    piece = st.builds("{}{}{}".format, around, written, around)
    texts = tuple(data.draw(st.lists(piece, min_size=1, max_size=8))) + TEXTS[4:5]
    with transaction.atomic():
        project = secret_project(team, texts)
        vary(random.Random(seed))
        text = shown(project, Chosen(parts, documents))
        transaction.set_rollback(True)
    assert_nothing_is_told(text)


def test_names_inside_other_words_stay_and_words_that_are_names_too(team):
    team.lead.user.full_name = "Per Lund"
    team.lead.user.save()
    team.project.measures.create(text="Lundtofte har 3 per sag; Per Lunds liste.")
    record = shared_record(team.project, catalogues.current(), Chosen(frozenset({"measures"})))
    assert [row["text"] for row in record["measures"]] == [f"Lundtofte har 3 per sag; {LEFT_OUT} liste."]


def test_who_has_left_and_who_came_with_a_file_is_known(team):
    team.project.remove_member(team.lead.user, team.reader)
    team.reader.user.full_name = "Forhenværendeqx"
    team.reader.user.save()
    team.reader.leave()
    team.project.imported_records.create(part="tasks", row=1, record={"owner": "Importeretqx Personqx"})
    team.project.measures.create(text="Forhenværendeqx og importeretqx personqx")
    text = shown(team.project)
    assert "forhenværendeqx" not in text
    assert "importeretqx" not in text
    assert "personqx" not in text


def test_a_file_that_calls_a_name_a_fixed_text_shares_it_not(team):
    """Rows of an imported table say themselves how many texts the template has given."""
    secret_project(team)
    document = team.project.documents.get(template="S12")
    answer = next(
        row
        for row in document.answers.all()
        if isinstance(row.value, list) and row.value and isinstance(row.value[0], dict)
    )
    cells = [f"{NAME} {SURNAME}"] * len(answer.value[0]["cells"])
    answer.value = [{**answer.value[0], "fixed": len(cells) - 1, "cells": cells}]
    answer.save()
    assert_nothing_is_told(shown(team.project))


def test_the_record_is_the_same_in_each_language_and_readable(team):
    project = secret_project(team)
    with override("en"):
        english = shown(project)
    assert english == shown(project)
    assert json.loads(english)["municipality"]["code"] == team.municipality.code


def test_the_number_of_queries_is_constant(team, django_assert_max_num_queries):
    project = secret_project(team)
    with django_assert_max_num_queries(24):
        shown(project)
