"""Whatever stands in an export of the CNIL's PIA tool: it is refused by name, or no text of it is lost."""

import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.files.cnil_pia import read_import
from legaltoolbox.projects.files.html_text import plain_text
from legaltoolbox.projects.files.project_json import project_record
from legaltoolbox.projects.files.project_reader import UnreadableFile
from legaltoolbox.projects.models import ProjectImport
from tests.legaltoolbox.projects.cnil_files import as_bytes, lost_words, pia_file
from tests.legaltoolbox.projects.cnil_mutations import mutated

pytestmark = pytest.mark.database
FEW = hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PIECES = (
    "<p>",
    "</p>",
    "<ul><li>",
    "</li></ul>",
    "<b ",
    ">",
    "<",
    "&amp;",
    "&#65;",
    "<!--",
    "-->",
    '"',
    "<br>",
    "ord",
    " ",
    "\n",
)


@FEW
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_changed_file_is_refused_by_name_or_loses_nothing(seed, content):
    file = mutated(random.Random(seed))
    problems, lost = [], set()
    try:
        lost = lost_words(file, read_import(as_bytes(file), catalogues.current()).record)
    except UnreadableFile as refused:
        problems = refused.problems
    assert lost == set()
    assert all(problem.text for problem in problems)


def test_changed_files_can_be_stored(team):
    taken = 0
    for seed in range(12):
        try:
            file = read_import(as_bytes(mutated(random.Random(seed))), catalogues.current())
        except UnreadableFile:
            continue
        made = ProjectImport.take(team.municipality, team.lead.user, file.record, file.source, "")
        assert project_record(made.project)["imported"] == file.record["imported"]
        taken += 1
    assert taken > 3


@FEW
@given(text=st.text(max_size=300))
def test_any_text_can_stand_in_an_answer_and_in_a_measure(text, content):
    file = pia_file()
    file["answers"][0]["data"]["text"] = text
    file["measures"][0]["title"] = text
    file["pia"]["name"] = text
    assert read_import(as_bytes(file), catalogues.current()).record["details"]["title"]


@FEW
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_word_of_broken_html_is_lost(pieces):
    numbered = [f"ord{number}x" if piece == "ord" else piece for number, piece in enumerate(pieces)]
    plain = plain_text("".join(numbered))
    kept = " ".join((plain.text, *plain.code))
    assert [word for word in numbered if word.startswith("ord") and word not in kept] == []
