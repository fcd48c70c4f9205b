"""A link leads to the page that it shows: one with the name of a user before the website's is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from legaltoolbox.projects.models import Evidence
from tests.legaltoolbox.projects.documents import browser


@pytest.mark.parametrize("link", ["https://kl.dk@ond.example/", "https://navn:kode@kl.example/sag?x=1"])
def test_a_link_with_a_user_name_is_refused_and_stays_in_the_form(link, team):
    with pytest.raises(ValidationError) as refused:
        Evidence.add_piece(team.project, team.lead.user, place="K01", title="Referat", link=link)
    assert list(refused.value.message_dict) == ["link"]
    path = reverse("projects:evidence_add", args=[*team.project.address, "k01"])
    page = browser(team.lead).post(path, {"evidence-title": "Referat", "evidence-link": link}).content.decode()
    assert link in page
    assert not Evidence.objects.exists()


def test_an_at_sign_after_the_website_is_none(team):
    link = "https://kl.example/sag/@12?til=a@kl.example"
    assert Evidence.add_piece(team.project, team.lead.user, place="K01", title="Referat", link=link).link == link
