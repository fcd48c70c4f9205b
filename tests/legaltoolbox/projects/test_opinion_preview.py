"""An officer sees the opinion as it will stand before it is given for good."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.projects.models import Opinion
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.text_forms import sent
from tests.mails import log_in, log_in_recently
from tests.reading import Element, parse

pytestmark = pytest.mark.any_database
POINTS = "Slet efter 30 dage.\n\nTest på egne data.\n\n\nSpørg igen om et år."


@pytest.fixture
def asked(team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    return document


@pytest.fixture
def officer(team) -> Client:
    client = Client()
    log_in_recently(client, team.dpo.user)
    return client


def address(document, name="document_steps") -> str:
    return reverse(f"projects:{name}", args=[*document.project.address, document.number])


def main(response) -> Element:
    page = parse(response.content.decode()).find("main")
    page.html = response.content.decode()
    return page


def form_in(page: Element) -> Element:
    return next(form for form in page.find_all("form") if "/udtalelse/" in form.attrs.get("action", ""))


def as_shown(page: Element) -> dict[str, list[str]]:
    """What the form of the page sends as it stands there."""
    form = form_in(page)
    areas = re.findall(
        r'<textarea name="(\w+)"[^>]*>\n?([^<]*)</textarea>',
        page.html.partition("/udtalelse/")[2].partition("</form>")[0],
    )
    typed = {name: [unescape(text).replace("\r\n", "\n")] for name, text in areas}
    chosen = [each.attrs["value"] for each in form.find_all("input", type="radio") if "checked" in each.attrs]
    return sent(form, "") | typed | ({"verdict": chosen} if chosen else {})


def send(officer, document, data):
    return officer.post(address(document, "document_opinion"), data)


def preview(officer, document, **typed) -> Element:
    data = as_shown(main(officer.get(address(document))))
    return main(
        send(officer, document, data | {"verdict": "advice", "text": "Godt arbejde.", "points": POINTS} | typed)
    )


def buttons(page: Element) -> list[str]:
    return [each.text.strip() for each in form_in(page).find_all("button")]


def test_what_is_sent_first_is_shown_in_its_points_and_not_given(asked, officer):
    first = main(officer.get(address(asked)))
    assert buttons(first) == ["Se udtalelsen, før du afgiver den"]
    assert "Den kan ikke ændres, når den er afgivet." in first.text
    page = preview(officer, asked)
    assert not Opinion.objects.exists()
    [points] = [each for each in page.find_all("ol") if "project-advice" in each.attrs.get("class", "")]
    shown = [each.text.strip() for each in points.find_all("li")]
    assert shown == ["Slet efter 30 dage.", "Test på egne data.", "Spørg igen om et år."]
    assert "3 råd" in page.text
    assert "kan ikke ændres, når den er afgivet" in page.text
    assert buttons(page) == ["Afgiv udtalelsen", "Se udtalelsen igen"]
    assert send(officer, asked, as_shown(page)).status_code == 302
    opinion = Opinion.objects.get()
    assert [point.text for point in opinion.points.all()] == shown
    assert (opinion.verdict, opinion.text) == ("advice", "Godt arbejde.")


@pytest.mark.parametrize("changed", [{"points": "Stop."}, {"text": "Nej."}, {"verdict": "against"}, {"look": "1"}])
def test_another_opinion_than_was_shown_is_shown_first(changed, asked, officer):
    page = main(send(officer, asked, as_shown(preview(officer, asked)) | changed))
    assert not Opinion.objects.exists()
    assert "Sådan kommer din udtalelse til at stå" in page.text
    assert ("Du har ændret udtalelsen" in page.text) is ("look" not in changed)
    assert send(officer, asked, as_shown(page)).status_code == 302
    assert Opinion.objects.count() == 1


def test_what_cannot_be_given_is_refused_before_it_is_shown(asked, officer):
    page = preview(officer, asked, points="")
    assert "Skriv rådene i punkter" in page.text
    assert "Sådan kommer din udtalelse til at stå" not in page.text
    assert "Godt arbejde." in page.text


def test_the_way_back_from_the_preview_loses_nothing_until_the_opinion_is_given(asked, officer, team):
    page = preview(officer, asked)
    before = main(officer.get(address(asked)))
    kept = as_shown(before)
    assert (kept["points"], kept["text"], kept["verdict"]) == ([POINTS], ["Godt arbejde."], ["advice"])
    assert buttons(before) == ["Se udtalelsen, før du afgiver den"]
    other = begin(team, "S05")
    other.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert "Slet efter" not in main(officer.get(address(other))).text
    send(officer, asked, as_shown(page))
    asked.refresh_from_db()
    asked.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert as_shown(main(officer.get(address(asked))))["points"] == [""]


def test_a_login_that_expires_after_the_preview_loses_nothing(asked, officer, team):
    data = as_shown(preview(officer, asked))
    path = address(asked, "document_opinion")
    del officer.cookies[settings.SESSION_COOKIE_NAME]
    assert officer.post(path, data).status_code == 302
    log_in(officer, team.dpo.user.email, next=path)
    page = main(officer.get(path))
    assert as_shown(page)["points"] == [POINTS]
    assert not Opinion.objects.exists()
    assert send(officer, asked, as_shown(page)).status_code == 302
    assert Opinion.objects.get().points.count() == 3
