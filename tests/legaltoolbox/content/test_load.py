"""Loading the content files: what a new installation gets, what KL's editors have changed, and what is wrong in a file."""

from copy import deepcopy
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from legaltoolbox.content import files
from legaltoolbox.content.files import filed_models
from legaltoolbox.content.load import load
from legaltoolbox.content.reading import ContentError
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    LegalSource,
    Risk,
    Role,
    TemplateField,
    TemplateSection,
    toolbox_version,
)
from tests.legaltoolbox.content.loading import Change, first, item, load_command
from tests.legaltoolbox.small import A01, SMALL, file_texts, write

pytestmark = pytest.mark.django_db


# The first load -----------------------------------------------------------------------------------


def test_a_new_installation_gets_the_content_and_what_was_loaded_is_said(small, capsys):
    before = toolbox_version.current()
    (line,) = load_command(small, capsys, if_empty=True)
    assert line.startswith("New: 3 LegalSource, 2 Role, 2 Phase")
    assert item(Activity, "A01").responsible.name == "Projektleder"
    assert toolbox_version.current() != before
    assert files.export() == file_texts(small)


def test_history_begins_with_the_load(small):
    load(small)
    everything = [item for kind in filed_models() for item in kind.model.objects.all()]
    assert {str(item): item.history.count() for item in everything} == {str(item): 1 for item in everything}
    assert ChecklistItem.history.count() == 2
    check = item(Activity, "A01").checklist.get(key="1")
    assert {line.legalsource.slug for line in check.history.get().sources.all()} == {"gdpr", "gdpr-art-35"}


def test_loading_the_same_again_changes_nothing(small, capsys):
    load(small)
    before, version = history_lines(), toolbox_version.current()
    assert load_command(small, capsys) == ["The files and the database agree."]
    assert history_lines() == before
    assert toolbox_version.current() == version


def history_lines() -> int:
    models = [ChecklistItem, TemplateSection, TemplateField, *(kind.model for kind in filed_models())]
    return sum(model.history.count() for model in models)


def test_a_demonstration_is_loaded_only_where_nothing_is(small, capsys):
    load(small)
    Risk.objects.update(title="KL's ord")
    assert load_command(small, capsys, if_empty=True) == []
    assert item(Risk, "R01").title == "KL's ord"


# Words ---------------------------------------------------------------------------------------------


def test_yes_is_the_word_and_not_a_truth_value(small):
    """YAML takes an unquoted yes for true; an answer and a label are words."""
    text = files.dump(SMALL["activities/phase-0.yaml"]).replace("'yes'", "yes").replace("'no'", "no")
    assert "answer: yes\n" in text
    load(write(small, {"activities/phase-0.yaml": text}))
    assert [condition.answer for condition in Activity.objects.get(code="A01").conditions.all()] == ["yes", "yes", "no"]


# A wrong file -------------------------------------------------------------------------------------


def append_copy(name: str, **fields) -> Change:
    """The first record a second time, with other fields where they are given."""
    return lambda contents: contents[name].append(deepcopy(contents[name][0]) | fields)


def change_part(name: str, **fields) -> Change:
    """Change the first part of the first record."""

    def change(contents):
        ((field, value),) = fields.items()
        contents[A01][0][name][0][field] = value
        if value is ...:
            del contents[A01][0][name][0][field]

    return change


def repeat_part(name: str) -> Change:
    """The first part of the first record a second time."""
    return lambda contents: contents["activities/phase-0.yaml"][0][name].append(
        contents["activities/phase-0.yaml"][0][name][0]
    )


def replace_file(name: str, text: str) -> Change:
    return lambda contents: contents.update({name: text})


WRONG: dict[str, tuple[Change, tuple[str, ...]]] = {
    "no YAML": (replace_file("roles.yaml", "- slug: [leder"), ("roles.yaml",)),
    "no UTF-8 text": (replace_file("risks.yaml", "- \x00"), ("risks.yaml",)),
    "a word for a record": (replace_file("roles.yaml", "- leder\n"), ("roles.yaml", "leder")),
    "a list in a template's file": (replace_file("templates/S01.yaml", "- code: S01\n"), ("templates/S01.yaml",)),
    "an unknown field": (first("sources.yaml", colour="blå"), ("sources.yaml", "gdpr", "colour")),
    "an unknown field of a template": (first("templates/S01.yaml", colour="blå"), ("templates/S01.yaml", "colour")),
    "an unknown field of a part": (change_part("checklist", colour="blå"), ("A01", "checklist 1", "colour")),
    "an unknown source": (first(A01, sources=["gdpr-art-99"]), ("A01", "sources", "gdpr-art-99")),
    "an unknown source of a part": (change_part("checklist", sources=["gdpr-art-99"]), ("gdpr-art-99",)),
    "an unknown phase": (first(A01, phase="paa-maanen"), ("A01", "paa-maanen")),
    "an unknown role of a part": (change_part("involved", role="nisse"), ("A01", "nisse")),
    "an unknown question": (change_part("conditions", question="vejret"), ("A01", "vejret")),
    "an unknown act": (first("sources.yaml", part_of="grundloven"), ("gdpr", "grundloven")),
    "two of the same code": (append_copy("risks.yaml"), ("R01", "two")),
    "two of the same slug": (append_copy("sources.yaml"), ("gdpr", "two")),
    "two sources of the same name": (append_copy("sources.yaml", slug="gdpr-2"), ("gdpr-2",)),
    "two phases of the same number": (append_copy("phases.yaml", slug="fundament-2"), ("fundament-2",)),
    "the same source twice": (first(A01, sources=["gdpr", "gdpr"]), ("A01", "sources", "twice")),
    "the same role twice": (repeat_part("involved"), ("A01",)),
    "the same condition twice": (repeat_part("conditions"), ("A01",)),
    "no key": (first("roles.yaml", slug=...), ("Role", "slug")),
    "no key of a row": (change_part("checklist", key=...), ("A01", "checklist 1", "key")),
    "a key with a space": (change_part("checklist", key="1 2"), ("A01", "checklist 1", "key")),
    "two rows of the same key": (change_part("checklist", key="2"), ("A01", "checklist", "key")),
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
    "a wrong choice in a part": (change_part("conditions", answer="maaske"), ("A01", "answer")),
    "a wrong level": (lambda contents: contents["scale.yaml"][0].update(level=5), ("consequence 5", "level")),
    "the same level twice": (append_copy("scale.yaml"), ("consequence 1",)),
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


@pytest.mark.parametrize("mistake", ["a wrong choice in a part", "a wrong level", "two of the same code"])
def test_a_wrong_file_changes_nothing_of_what_is_there(mistake, small):
    """Not even what is right in the files and comes before it."""
    load(small)
    Role.objects.filter(slug="leder").update(name="KL's ord")
    before, version = files.export(), toolbox_version.current()
    contents = deepcopy(SMALL)
    contents["roles.yaml"][1]["name"] = "Advokat"
    WRONG[mistake][0](contents)
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


def test_whoever_loads_reads_what_is_wrong_and_no_traceback(small):
    contents = deepcopy(SMALL)
    first("risks.yaml", review_by=...)(contents)
    write(small, contents)
    with pytest.raises(CommandError, match="Risk R01: review_by"):
        call_command("load_content", folder=small)
    assert not Role.objects.exists()
