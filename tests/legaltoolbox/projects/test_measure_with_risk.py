"""A new measure is written where a risk is rated, or a requirement assessed, and one save stores both of them or none."""

import pytest
from django.conf import settings
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import ProjectEvent, RiskAssessment
from tests.legaltoolbox.projects.documents import browser
from tests.mails import log_in
from tests.reading import parse

PAGES = {
    "risk": ("r09", {"applies": "True", "reason": "Mange sager", "likelihood": "3", "consequence": "3"}),
    "requirement": ("k31", {"state": "partly", "how": "Mange sager"}),
}
MEASURE = {"measure-text": "Slet efter 30 dage", "measure-due": "2027-01-15"}
What = ProjectEvent.What


@pytest.fixture(params=PAGES)
def kind(request):
    return request.param


def url(team, kind) -> str:
    return reverse(f"projects:{kind}", args=[*team.project.address, PAGES[kind][0]])


def typed(team, kind, **more):
    """What the form sends, when somebody fills it in."""
    seen = parse(browser(team.editor).get(url(team, kind)).content.decode()).find("form", cls="assessment-form")
    return {"seen": seen.find("input", name="seen").attrs["value"], **PAGES[kind][1], **more}


def assessed(team, kind):
    rows = team.project.risk_assessments if kind == "risk" else team.project.requirement_states
    return rows.filter(code=PAGES[kind][0].upper()).first()


def events(team, *whats) -> int:
    return team.project.events.filter(what__in=whats).count()


def value(html: str, name: str) -> str:
    page = parse(html).find("form", cls="assessment-form")
    fields = page.find_all("textarea", name=name) or page.find_all("input", name=name)
    return fields[0].text or fields[0].attrs.get("value", "")


def test_one_save_stores_the_assessment_and_the_measure_once(team, kind):
    data = typed(team, kind, **MEASURE, **{"measure-owner": team.lead.pk})
    for _click in range(2):
        response = browser(team.editor).post(url(team, kind), data)
        assert response.status_code == 302
    measure = team.project.measures.get()
    assert (measure.text, measure.places) == ("Slet efter 30 dage", [PAGES[kind][0].upper()])
    assert (measure.owner, str(measure.due), measure.is_done) == (team.lead, "2027-01-15", False)
    fields = 3 if kind == "risk" else 2
    assert events(team, What.MEASURE_ADDED) == 1
    assert events(team, What.RISK, What.REQUIREMENT) == fields
    assert "Slet efter 30 dage" in browser(team.editor).get(url(team, kind)).content.decode()


def test_without_a_measure_the_assessment_alone_is_stored(team, kind):
    empty = {"measure-text": "", "measure-owner": "", "measure-due": ""}
    assert browser(team.editor).post(url(team, kind), typed(team, kind, **empty)).status_code == 302
    assert assessed(team, kind)
    assert not team.project.measures.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"measure-text": ""}, {"measure-due": "i morgen"}, {"measure-owner": "reader"}, {"measure-text": "x" * 1001}],
)
def test_what_is_wrong_with_the_measure_stores_nothing_and_keeps_all_that_was_typed(wrong, team, kind):
    wrong = {name: team.reader.pk if text == "reader" else text for name, text in wrong.items()}
    response = browser(team.editor).post(url(team, kind), typed(team, kind, **{**MEASURE, **wrong}))
    html = response.content.decode()
    assert response.status_code == 200
    assert parse(html).find("div", cls="error-summary").find_all("a")
    assert value(html, "reason" if kind == "risk" else "how").strip() == "Mange sager"
    assert value(html, "measure-text").strip() == wrong.get("measure-text", MEASURE["measure-text"])
    assert assessed(team, kind) is None
    assert not team.project.measures.exists()


def test_a_refused_measure_takes_the_assessment_back(team, kind, monkeypatch):
    monkeypatch.setattr("legaltoolbox.projects.models.measures.MOST_MEASURES", 0)
    html = browser(team.editor).post(url(team, kind), typed(team, kind, **MEASURE)).content.decode()
    assert "Et projekt kan højst have 0 foranstaltninger" in html
    assert assessed(team, kind) is None
    assert events(team, What.RISK, What.REQUIREMENT, What.MEASURE_ADDED) == 0


def test_what_is_wrong_with_the_assessment_stores_no_measure_and_keeps_it(team, kind):
    wrong = {"applies": "False", "reason": ""} if kind == "risk" else {"state": "not-met", "how": ""}
    html = browser(team.editor).post(url(team, kind), typed(team, kind, **MEASURE, **wrong)).content.decode()
    assert (value(html, "measure-text").strip(), value(html, "measure-due")) == tuple(MEASURE.values())
    assert not team.project.measures.exists()


def test_a_conflict_stores_no_measure_and_the_next_save_does(team):
    data = typed(team, "risk", **MEASURE)
    row = RiskAssessment(project=team.project, code="R09")
    values = {**row.content, "reason": "En anden har skrevet"}
    RiskAssessment.assess(team.project, "R09", values, fingerprint(row.content), team.lead.user)
    html = browser(team.editor).post(url(team, "risk"), data).content.decode()
    assert "En anden har skrevet" in html
    assert value(html, "measure-text").strip() == "Slet efter 30 dage"
    assert not team.project.measures.exists()
    assert browser(team.editor).post(url(team, "risk"), data | {"seen": value(html, "seen")}).status_code == 302
    assert team.project.measures.get().text == "Slet efter 30 dage"


def test_a_login_that_has_expired_keeps_the_measure(team, kind):
    client = browser(team.editor)
    data = typed(team, kind, **MEASURE)
    del client.cookies[settings.SESSION_COOKIE_NAME]
    assert client.post(url(team, kind), data).status_code == 302
    log_in(client, team.editor.user.email, next=url(team, kind))
    html = client.get(url(team, kind)).content.decode()
    assert (value(html, "measure-text").strip(), value(html, "measure-due")) == tuple(MEASURE.values())


def test_who_may_not_write_sees_the_measures_and_no_fields(team, kind):
    browser(team.editor).post(url(team, kind), typed(team, kind, **MEASURE))
    page = parse(browser(team.reader).get(url(team, kind)).content.decode()).find("main")
    assert "Slet efter 30 dage" in page.text
    assert not page.find_all("textarea", name="measure-text")
