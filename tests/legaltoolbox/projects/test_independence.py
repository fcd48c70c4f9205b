"""Who judges a document, on which version of it: nobody on their own words, and nobody whom no login leads there."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.models import User
from legaltoolbox.projects.models import DocumentStatus, ProjectDocument
from tests.legaltoolbox.projects.documents import begin, keep
from tests.legaltoolbox.projects.whole import import_file, whole_file

pytestmark = pytest.mark.any_database

SOON = timezone.localdate() + timedelta(days=14)


def write(document, by, text="Vi vil svare hurtigere") -> None:
    document.save_section("4", {"1": ""}, {"1": text}, fingerprint(document.stored("4", {"1": ""})), by.user)


def approve(document, team):
    document.ask_management(team.lead.user)
    return document.decide(team.management.user, "yes", seen=document.state_hash(), approve=keep)


def test_officers_who_cannot_log_in_are_not_asked(team):
    document = begin(team)
    User.objects.filter(municipality_memberships__in=[team.dpo, team.substitute]).update(is_active=False)
    with pytest.raises(ValidationError, match="databeskyttelsesrådgiver"):
        document.ask_dpo(team.lead.user, SOON)
    User.objects.filter(pk=team.substitute.user.pk).update(is_active=True)
    document.ask_dpo(team.lead.user, SOON)


def test_no_decision_says_that_an_officer_did_not_answer_from_whom_it_was_taken_back(team):
    document = begin(team)
    write(document, team.lead)
    document.ask_dpo(team.lead.user, SOON)
    document.take_back(team.lead.user)
    assert approve(document, team).without_opinion_since is None


def test_the_next_version_is_another_state_though_it_begins_with_the_same_words(team):
    first = begin(team)
    write(first, team.lead)
    approve(first, team)
    second = begin(team)
    assert second.all_stored() == first.all_stored()
    assert second.state_hash() != first.state_hash()


def test_who_has_written_an_earlier_version_gives_no_opinion_on_the_next(team):
    first = begin(team)
    write(first, team.dpo)
    write(first, team.lead, "Vi vil svare rigtigere")
    approve(first, team)
    second = begin(team)
    write(second, team.editor, "Helt andre ord")
    second.ask_dpo(team.lead.user, SOON)
    with pytest.raises(ValidationError, match="Du har skrevet"):
        second.give_opinion(team.dpo.user, "supports", "", [], second.state_hash())
    second.give_opinion(team.substitute.user, "supports", "", [], second.state_hash())


def test_who_has_imported_a_document_does_not_decide_on_it_alone(team):
    write(begin(team), team.editor)
    project = import_file(team.municipality, team.management, whole_file(team.project))
    document = project.documents.get()
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.AT_MANAGEMENT)
    with pytest.raises(ValidationError, match="alene"):
        document.decide(team.management.user, "yes", seen=document.state_hash(), approve=keep)
    document.decide(team.lead.user, "yes", seen=document.state_hash(), approve=keep)
