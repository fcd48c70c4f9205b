"""Loading the content files: what a new installation gets, what KL's editors have changed, and what is wrong in a file."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from legaltoolbox.content import files
from legaltoolbox.content.files import ContentError
from legaltoolbox.content.load import load
from legaltoolbox.kinds import KINDS
from legaltoolbox.management.commands import load_content
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    LegalSource,
    Risk,
    Role,
    ScaleLevel,
    ScreeningQuestion,
    toolbox_version,
)
from tests.legaltoolbox.small import A01, REVIEWED, SMALL, texts_of, write

pytestmark = pytest.mark.django_db


# The first load -----------------------------------------------------------------------------------


def test_a_new_installation_gets_the_content_and_what_was_loaded_is_said(small, monkeypatch, capsys):
    monkeypatch.setattr(load_content, "load", partial(load, small))
    before = toolbox_version.current()
    call_command("load_content", if_empty=True)
    assert "2 Role, 2 Phase" in capsys.readouterr().out
    assert Activity.objects.get(code="A01").responsible.name == "Projektleder"
    assert toolbox_version.current() != before


def test_what_the_editors_have_written_is_not_loaded_over(content_rows, capsys):
    Activity.objects.filter(code="A25").update(title="KL's ord")
    with pytest.raises(CommandError, match="--overwrite"):
        call_command("load_content")
    call_command("load_content", if_empty=True)
    assert Activity.objects.get(code="A25").title == "KL's ord"
    assert capsys.readouterr().out == ""


def test_overwrite_puts_the_files_in_place(small, monkeypatch):
    monkeypatch.setattr(load_content, "load", partial(load, small))
    call_command("load_content", verbosity=0)
    Activity.objects.filter(code="A01").update(title="KL's ord")
    call_command("load_content", overwrite=True, verbosity=0)
    assert Activity.objects.get(code="A01").title == "Læg grundlaget"


def test_overwrite_sets_items_back_with_their_parts_and_links(small):
    load(small)
    activity, risk, template = Activity.objects.get(code="A01"), Risk.objects.get(), DocumentTemplate.objects.get()
    activity.title, activity.responsible = "Ny titel", Role.objects.get(slug="jurist")
    activity.save()
    activity.checklist.first().delete()
    activity.conditions.all().delete()
    activity.involvement_set.all().delete()
    activity.outputs.clear()
    risk.measures = []
    risk.save()
    risk.roles.add(Role.objects.get(slug="leder"))
    risk.sources.set([])
    template.sections.create(position=3, heading="Mere")
    template.sections.first().fields.all().delete()
    LegalSource.objects.filter(slug="gdpr").update(aliases=[], certainty="recalled", confirmed_on=None)
    LegalSource.objects.get(slug="lovforslag").amends.clear()
    ScreeningQuestion.objects.update(requires=None, yes_label="Ja")
    ScaleLevel.objects.update(name="Andet")
    load(small)
    assert files.export() == texts_of(small)


def test_overwrite_leaves_alone_what_the_files_do_not_have(small):
    load(small)
    Role.objects.create(slug="ny", name="Ny rolle", short_name="Ny", why="w", does="d", position=9, **REVIEWED)
    load(small)
    assert Role.objects.get(slug="ny").name == "Ny rolle"


def test_history_begins_with_the_load_and_has_one_line_more_for_each_overwriting(small):
    load(small)
    everything = [item for kind in KINDS.values() for item in kind.model.objects.all()]
    assert {item.key: item.history.count() for item in everything} == {item.key: 1 for item in everything}
    assert ChecklistItem.history.count() == 2
    Activity.objects.filter(code="A01").update(title="KL's ord")
    load(small)
    lines = {item.key: list(item.history.values_list("history_type", flat=True)) for item in everything}
    assert lines == {item.key: ["~", "+"] for item in everything}
    assert Activity.objects.get(code="A01").history.first().title == "Læg grundlaget"


def test_yes_is_the_word_and_not_a_truth_value(small):
    """YAML takes an unquoted yes for true; an answer and a label are words."""
    text = files.dump(SMALL["activities/phase-0.yaml"]).replace("'yes'", "yes").replace("'no'", "no")
    assert "answer: yes\n" in text
    load(write(small, {"activities/phase-0.yaml": text}))
    assert [condition.answer for condition in Activity.objects.get(code="A01").conditions.all()] == ["yes", "no"]


# A wrong file -------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]


def first(name: str, **fields) -> Change:
    """Change the first record of a file; a field set to `...` is left out."""

    def change(contents):
        record = contents[name] if isinstance(contents[name], dict) else contents[name][0]
        record |= fields
        for field in [field for field, value in record.items() if value is ...]:
            del record[field]

    return change


def again(name: str, **fields) -> Change:
    """The first record a second time, with other fields where they are given."""
    return lambda contents: contents[name].append(deepcopy(contents[name][0]) | fields)


def part(name: str, **fields) -> Change:
    """Change the first part of the first record."""

    def change(contents):
        ((field, value),) = fields.items()
        contents["activities/phase-0.yaml"][0][name][0][field] = value

    return change


def twice(name: str) -> Change:
    """The first part of the first record a second time."""
    return lambda contents: contents["activities/phase-0.yaml"][0][name].append(
        contents["activities/phase-0.yaml"][0][name][0]
    )


def whole(name: str, text: str) -> Change:
    return lambda contents: contents.update({name: text})


WRONG: dict[str, tuple[Change, tuple[str, ...]]] = {
    "no YAML": (whole("roles.yaml", "- slug: [leder"), ("roles.yaml",)),
    "no UTF-8 text": (whole("risks.yaml", "- \x00"), ("risks.yaml",)),
    "a word for a record": (whole("roles.yaml", "- leder\n"), ("roles.yaml", "leder")),
    "a list in a template's file": (whole("templates/S01.yaml", "- code: S01\n"), ("templates/S01.yaml",)),
    "an unknown field": (first("sources.yaml", colour="blå"), ("sources.yaml", "gdpr", "colour")),
    "an unknown field of a template": (first("templates/S01.yaml", colour="blå"), ("templates/S01.yaml", "colour")),
    "an unknown field of a part": (part("checklist", colour="blå"), ("A01", "checklist 1", "colour")),
    "an unknown source": (first(A01, sources=["gdpr-art-99"]), ("A01", "sources", "gdpr-art-99")),
    "an unknown source of a part": (part("checklist", sources=["gdpr-art-99"]), ("gdpr-art-99",)),
    "an unknown phase": (first(A01, phase="paa-maanen"), ("A01", "paa-maanen")),
    "an unknown role of a part": (part("involved", role="nisse"), ("A01", "nisse")),
    "an unknown question": (part("conditions", question="vejret"), ("A01", "vejret")),
    "an unknown act": (first("sources.yaml", part_of="grundloven"), ("gdpr", "grundloven")),
    "two of the same code": (again("risks.yaml"), ("R01", "two")),
    "two of the same slug": (again("sources.yaml"), ("gdpr", "two")),
    "two sources of the same name": (again("sources.yaml", slug="gdpr-2"), ("gdpr-2",)),
    "two phases of the same number": (again("phases.yaml", slug="fundament-2"), ("fundament-2",)),
    "the same source twice": (first(A01, sources=["gdpr", "gdpr"]), ("A01", "sources", "twice")),
    "the same role twice": (twice("involved"), ("A01",)),
    "the same condition twice": (twice("conditions"), ("A01",)),
    "no key": (first("roles.yaml", slug=...), ("Role", "slug")),
    "no title": (first("risks.yaml", title=...), ("R01", "title")),
    "no phase": (first(A01, phase=...), ("A01", "phase")),
    "no review date": (first("risks.yaml", review_by=...), ("R01", "review_by")),
    "no day of the last review": (first("sources.yaml", reviewed_on=...), ("gdpr", "reviewed_on")),
    "a review before the last": (first("risks.yaml", review_by=date(2024, 1, 1)), ("R01", "review_by")),
    "a review to come": (
        first("risks.yaml", reviewed_on=date(2999, 1, 1), review_by=date(2999, 2, 1)), ("R01", "reviewed_on"),
    ),
    "a word for a date": (first("risks.yaml", review_by="snart"), ("R01", "review_by")),
    "a wrong choice": (first("sources.yaml", kind="lov"), ("gdpr", "kind")),
    "a wrong certainty": (first("roles.yaml", certainty="sikker"), ("leder", "certainty")),
    "a wrong choice in a part": (part("conditions", answer="maaske"), ("A01", "answer")),
    "a wrong level": (lambda contents: contents["scale.yaml"][0].update(level=5), ("consequence 5", "level")),
    "the same level twice": (again("scale.yaml"), ("consequence 1",)),
    "a wrong code": (first("risks.yaml", code="X1"), ("X1", "code")),
    "a title that is too long": (first("risks.yaml", title="a" * 151), ("R01", "title")),
    "a word for a list": (first("risks.yaml", measures="Skriv et notat."), ("R01", "measures")),
    "a number in a list": (first("sources.yaml", aliases=["GDPR", 2016]), ("gdpr", "aliases")),
    "parts that are empty": (first(A01, checklist=None), ("A01", "checklist")),
    "links that are empty": (first(A01, sources=None), ("A01", "sources")),
    "a provision of nothing": (first("sources.yaml", kind="provision"), ("gdpr", "part_of")),
    "an act that is part of itself": (first("sources.yaml", part_of="gdpr-art-35"), ("part_of",)),
    "uncertain without saying why": (first("roles.yaml", certainty="uncertain"), ("leder", "unsettled")),
    "an address that is none": (first("sources.yaml", address="javascript:alert(1)"), ("gdpr", "address")),
}  # fmt: skip


@pytest.mark.parametrize(("change", "named"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_file_is_named_and_nothing_is_loaded(change, named, tmp_path):
    contents = deepcopy(SMALL)
    change(contents)
    with pytest.raises(ContentError) as error:
        load(write(tmp_path, contents))
    assert [word for word in named if word not in str(error.value)] == []
    assert not LegalSource.objects.exists()
    assert not Role.history.exists()
    assert toolbox_version.current() == 0


@pytest.mark.parametrize("what", ["a wrong choice in a part", "a wrong level", "two of the same code"])
def test_a_wrong_file_changes_nothing_of_what_is_there(what, small):
    """Not even what is right in the files and comes before it."""
    load(small)
    Role.objects.filter(slug="leder").update(name="KL's ord")
    before, version = files.export(), toolbox_version.current()
    contents = deepcopy(SMALL)
    contents["roles.yaml"][1]["name"] = "Advokat"
    WRONG[what][0](contents)
    with pytest.raises(ContentError):
        load(write(small, contents))
    assert files.export() == before
    assert toolbox_version.current() == version
    assert Role.history.count() == 2


def test_a_missing_file_is_named_and_nothing_is_loaded(small):
    (small / "guidance.yaml").unlink()
    with pytest.raises(ContentError, match=r"guidance\.yaml"):
        load(small)
    assert not Role.objects.exists()


def test_whoever_loads_reads_what_is_wrong_and_no_traceback(small, monkeypatch):
    monkeypatch.setattr(load_content, "load", partial(load, small))
    contents = deepcopy(SMALL)
    first("risks.yaml", review_by=...)(contents)
    write(small, contents)
    with pytest.raises(CommandError, match="Risk R01: review_by"):
        call_command("load_content")
    assert not Role.objects.exists()
