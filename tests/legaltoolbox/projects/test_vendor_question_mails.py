"""The project's team hears of a vendor's question by mail."""

import pytest
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from tests.legaltoolbox.projects import annexes

pytestmark = pytest.mark.any_database


def test_a_question_is_told_to_lead_and_editors_once_and_without_its_text(client, team):
    recipient = annexes.loaded(annexes.make_sent(team).recipients.get(company="Alfa Prøve"))
    for _ in range(2):
        client.post(reverse("vendor_answers:ask", args=[recipient.token]), {"text": "Gælder K10 også test?"})
    mails = OutgoingMail.objects.filter(kind="project_step")
    assert {mail.to for mail in mails} == {team.lead.user.email, team.editor.user.email}
    assert mails.count() == 2
    assert not any("K10" in f"{mail.subject} {mail.body}" for mail in mails)
