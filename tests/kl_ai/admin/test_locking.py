"""Two people who save in the same moment: neither of them sees an error of the database."""

import pytest
from django.urls import reverse

from kl_ai.admin.history import PublicDataAdmin
from marketoverview.models import FigureComment
from tests.admin_pages import Page, message_text
from tests.builders import make_question, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_only_the_end_of_the_transaction_refuses_is_a_message_too(client, monkeypatch):
    """The databases look at references last: here somebody has deleted the question while its comment is saved."""
    comment = FigureComment.objects.create(question=make_question("services"), text_da="Før")

    def save_related(self, request, form, formsets, change) -> None:
        FigureComment.objects.filter(pk=form.instance.pk).update(question=999_999)

    monkeypatch.setattr(PublicDataAdmin, "save_related", save_related)
    client.force_login(make_user("chef@kl.example", is_staff=True, is_superuser=True))
    page = Page(client, reverse("admin:marketoverview_figurecomment_change", args=[comment.pk])).send(text_da="Efter")
    assert "Intet blev gemt" in message_text(page)
    comment.refresh_from_db()
    assert comment.text_da == "Før"
