"""The page for editors with what a lawyer should read first."""

import pytest
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.lawyer import Concern, reading_list
from legaltoolbox.models import Activity, Guidance, LegalSource, Requirement, toolbox_version
from tests.reading import read

ADDRESS = "/admin/legaltoolbox/legalsource/for-a-lawyer/"
READ = {"certainty": "verified", "read_in": "EU-Tidende.", "read_on": timezone.localdate(), "unsettled": ""}


@pytest.fixture
def _all_read(content_rows):
    """Every item is read and settled."""
    for model in (LegalSource, Activity, Guidance, Requirement):
        model.objects.update(**READ)
    toolbox_version.bump()


def keys() -> list[tuple[str, Concern]]:
    toolbox_version.bump()
    names = ("source", "activity", "guidance", "requirement")
    return [
        (entry.item.key, entry.concern)
        for entry in reading_list(draft_catalogues.current())
        if entry.item.KIND in names
    ]


@pytest.mark.usefixtures("_all_read")
def test_what_is_uncertain_comes_before_what_was_not_read_and_that_before_what_is_unsettled():
    Activity.objects.filter(code="A25").update(unsettled="Det er uklart.")
    Guidance.objects.filter(code="M05").update(certainty="recalled", unread_reason="Ikke fundet.")
    Requirement.objects.filter(code="K31").update(certainty="uncertain", unsettled="På vej.")
    assert keys() == [("K31", Concern.UNCERTAIN), ("M05", Concern.NOT_READ), ("A25", Concern.UNSETTLED)]


@pytest.mark.usefixtures("_all_read")
def test_within_a_concern_what_most_items_are_linked_with_comes_first():
    LegalSource.objects.filter(slug__in=["gdpr-art-35-stk-1", "gdpr-art-6-stk-3"]).update(certainty="recalled")
    unread = [entry for entry in reading_list(draft_catalogues.current()) if entry.concern == Concern.NOT_READ]
    weights = [entry.weight for entry in unread if entry.item.KIND == LegalSource.KIND]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) > 1


@pytest.mark.usefixtures("_all_read")
def test_a_source_that_was_not_read_comes_before_what_rests_on_it():
    """One text that is read settles all of that."""
    LegalSource.objects.filter(slug="gdpr-art-6-stk-3").update(certainty="recalled", unread_reason="Ikke fundet.")
    Guidance.objects.filter(code="M05").update(certainty="recalled", unread_reason="GDPR art. 6, stk. 3 er ikke læst.")
    assert keys() == [("gdpr-art-6-stk-3", Concern.NOT_READ), ("M05", Concern.NOT_READ)]


@pytest.mark.usefixtures("_all_read")
def test_a_source_that_little_is_linked_with_comes_before_an_activity_that_much_is():
    for model in (LegalSource, Activity):
        model.objects.update(certainty="recalled", unread_reason="Ikke fundet.")
    toolbox_version.bump()
    unread = [entry for entry in reading_list(draft_catalogues.current()) if entry.concern == Concern.NOT_READ]
    sources = [entry.weight for entry in unread if entry.item.KIND == LegalSource.KIND]
    activities = [entry.weight for entry in unread if entry.item.KIND == Activity.KIND]
    assert min(sources) < max(activities)
    kinds = [entry.item.KIND for entry in unread]
    assert set(kinds[: len(sources)]) == {LegalSource.KIND}


@pytest.mark.usefixtures("_all_read")
def test_of_what_is_uncertain_the_list_says_what_is_not_settled_and_what_was_not_read():
    texts = {"unsettled": "Datoen er uklar.", "unread_reason": "Afgørelsen er kun læst i resumé."}
    Guidance.objects.filter(code="M05").update(certainty="uncertain", **texts)
    toolbox_version.bump()
    (entry,) = [entry for entry in reading_list(draft_catalogues.current()) if entry.item.key == "M05"]
    assert entry.reason == "Datoen er uklar. Afgørelsen er kun læst i resumé."


@pytest.mark.usefixtures("_all_read")
def test_what_a_lawyer_has_confirmed_or_what_is_not_public_leaves_the_list():
    rows = Guidance.objects.filter(code__in=["M05", "M06"])
    rows.update(certainty="recalled")
    assert len(keys()) == 2
    Guidance.objects.filter(code="M05").update(confirmed_on=timezone.localdate())
    Guidance.objects.filter(code="M06").update(is_public=False)
    assert keys() == []


@pytest.mark.usefixtures("_all_read")
def test_the_page_leads_to_each_form_and_says_what_is_not_settled(editor_client):
    Guidance.objects.filter(code="M05").update(certainty="recalled", unread_reason="Teksten <findes> ikke.")
    toolbox_version.bump()
    page = read(editor_client, ADDRESS)
    (row,) = [row for row in page.find_all("li") if row.text.startswith("M05")]
    form = reverse("admin:legaltoolbox_guidance_change", args=[Guidance.objects.get(code="M05").pk])
    assert row.find("a").attrs["href"] == form
    assert "Teksten <findes> ikke." in row.text


@pytest.mark.usefixtures("content_rows")
def test_the_list_of_sources_leads_to_it(editor_client):
    links = read(editor_client, reverse("admin:legaltoolbox_legalsource_changelist")).find_all("a", href=ADDRESS)
    assert len(links) == 1
