"""The one-pager: what applies to one role in one situation, why, and the same as drawing and as list."""

import pytest

from legaltoolbox.models import Role
from legaltoolbox.screening import Band, Situation, applying, verdicts
from tests.checks import not_empty
from tests.legaltoolbox.one_pagers import OVERVIEW, by_code, entries, left_out, others, parts_listed
from tests.legaltoolbox.six_uses import SMALL_BUT_ONE, USES
from tests.reading import chip_links_by_text, notice_texts, read
from tests.texts import folded


def query_for(question, answer: str) -> str:
    """The answer in the address; where it needs yes to another question, that yes too."""
    pairs = {question.code: answer}
    while answer == "yes" and question.requires is not None:
        question = question.requires
        pairs[question.code] = "yes"
    return "?" + "&".join(f"{code}={value}" for code, value in pairs.items())


OPPOSITE = {"yes": "no", "no": "yes"}


def test_a_no_that_a_later_yes_contradicts_counts_as_yes_and_is_named(content, client):
    """Otherwise a duty would be left out, and a use of sensitive data could be called harmless."""
    for question in (question for question in content.questions if question.requires is not None):
        above = f"{question.requires.code}=%s&{question.code}=yes"
        page = read(client, f"{OVERVIEW}?{above % 'no'}")
        (notice,) = notice_texts(page)
        assert question.question in notice
        assert question.requires.question in notice
        consistent = read(client, f"{OVERVIEW}?{above % 'yes'}")
        assert notice_texts(consistent) == []
        assert list(entries(page)) == list(entries(consistent))
        assert not any(f"{question.requires.code}=no" in link.attrs["href"] for link in page.find("main").find_all("a"))


def test_what_a_vendor_must_know_is_one_click_away_and_nothing_is_printed_where_nothing_applies(content, client):
    page = read(client, OVERVIEW)
    (link,) = [link for link in page.find_all("a") if link.text == "What a vendor must know"]
    assert read(client, link.attrs["href"]).find("h1").text == content.find("role", "leverandor").name
    assert page.has("button", **{"data-print": "sheet"})
    every_no = "&".join(f"{question.code}=no" for question in content.questions)
    empty = read(client, f"{OVERVIEW}?role=borger&{every_no}")
    assert not entries(empty)
    assert not empty.has("button", **{"data-print": "sheet"})


def test_a_role_that_takes_part_in_nothing_still_sees_what_others_do(content, client):
    """Nothing disappears by choosing a role, and the files hold the same."""
    answers = "&".join(
        f"{question.code}={'yes' if question.code == 'personoplysninger' else 'no'}" for question in content.questions
    )
    page = read(client, f"{OVERVIEW}?rolle=indkob&{answers}")
    assert not entries(page)
    assert page.find("p", "empty-state-title").text == "This role takes part in nothing that applies to your situation."
    whole = read(client, f"{OVERVIEW}?{answers}")
    assert set(entries(whole)) <= set(others(page))
    assert page.has("h2", id="list")
    assert any("overblik.docx" in link.attrs["href"] for link in page.find_all("a"))


def test_the_answer_that_keeps_the_short_way_away_is_named(content, client):
    page = read(client, f"{OVERVIEW}?{SMALL_BUT_ONE}")
    box = page.find("div", "near-small-use")
    assert [link.attrs["href"] for link in box.find_all("a")] == ["#medarbejdere"]
    assert "answered yes" in box.text
    assert not read(client, f"{OVERVIEW}?{SMALL_BUT_ONE.replace('medarbejdere=yes', 'medarbejdere=no')}").has(
        "div", "near-small-use"
    )


# What applies, and why ------------------------------------------------------------------------------


def test_everything_is_shown_where_nothing_is_chosen(content, client):
    page = read(client, OVERVIEW)
    assert set(entries(page)) == {activity.code for activity in content.activities}
    assert page.find("h2", id="results-heading").text == f"All {len(content.activities)} activities"
    assert chip_links_by_text(page) == {}


def test_an_answer_brings_what_it_decides_with_the_reason_or_takes_it_away(content, client):
    """Every activity that one answer decides."""
    decided = {}
    for activity in content.activities:
        if len(content.conditions(activity)) == 1:
            (condition,) = content.conditions(activity)
            decided.setdefault((condition.question, condition.answer), {})[activity.code] = condition.reason
    assert decided
    for (question, answer), reasons in decided.items():
        listed = entries(read(client, OVERVIEW + query_for(question, answer)))
        for code, reason in reasons.items():
            assert listed[code].find("p", "plan-reason").text == f"Fordi {reason}."
            assert not listed[code].has("p", "plan-open")
        hidden = entries(read(client, OVERVIEW + query_for(question, OPPOSITE[answer])))
        assert not set(reasons) & set(hidden), question.code


def test_what_depends_on_an_unanswered_question_stays_and_says_so(content, client):
    page = read(client, f"{OVERVIEW}?leverandoer=yes")
    questions = {field.attrs["id"]: field.find("legend").text for field in page.find_all("fieldset", "screening")}
    assert questions == {question.code: question.question for question in content.questions}
    listed = entries(page)
    decided, undecided = 0, 0
    for activity, verdict in verdicts(content.activities, content, Situation(answers={"leverandoer": "yes"})):
        if verdict.band is Band.ANSWERED:
            assert "Only if" not in listed[activity.code].text, activity.code
            decided += 1
        elif verdict.band is Band.UNANSWERED:
            reason = listed[activity.code].find("p", "plan-open")
            assert reason.text.startswith("Only if: it depends on a question that you have not answered:")
            links = {link.attrs["href"].removeprefix("#"): link.text for link in reason.find_all("a")}
            assert links == {question.code: questions[question.code] for question in verdict.unanswered}
            undecided += 1
    assert decided
    assert undecided


def test_what_always_applies_says_so_among_what_has_a_reason(content, client):
    listed = entries(read(client, f"{OVERVIEW}?personoplysninger=yes"))
    always = [activity.code for activity in content.activities if not content.conditions(activity)]
    assert always
    for code in always:
        assert not listed[code].has("p", "plan-reason"), code
        assert listed[code].find("p", "plan-open").text == "Always: applies to every AI solution."


def test_no_to_a_question_is_no_to_what_follows_on_it(content, client):
    following = next(question for question in content.questions if question.requires is not None)
    no = f"{OVERVIEW}?{following.requires.code}=no"
    alone, both = read(client, no), read(client, f"{no}&{following.code}=no")
    assert list(entries(alone)) == list(entries(both))
    field = alone.find("fieldset", "screening", id=following.code)
    assert "Counts as no, since it follows from another answer." in field.text


def test_a_role_sees_what_it_takes_part_in_and_below_each_phase_what_others_do(content, client):
    for role in not_empty(role for role in content.roles if role.slug != Role.PROJECT_MANAGER):
        page = read(client, f"{OVERVIEW}?role={role.slug}")
        listed = entries(page)
        reading = read(client, f"{OVERVIEW}roller/{role.slug}/").find_all("ul", "reading")
        assert list(listed) == [code.text for phase in reading for code in phase.find_all("span", "code")], role.slug
        assert {*listed, *others(page)} == {activity.code for activity in content.activities}
        for code, entry in not_empty(listed.items()):
            (part_text,) = [
                part for part in parts_listed(entry) if f". {role.name}: " in part or f". {role.name} (" in part
            ]
            why = part_text.partition(f". {role.name}")[2].partition(": ")[2]
            words = "Your own duty" if content.find("activity", code).responsible is role else "You take part"
            assert entry.find("p", "plan-part").text == f"{words}: {why}"
        for code, entry in others(page).items():
            assert not entry.has("p", "plan-part")
            assert content.find("activity", code).responsible.short_name in entry.find("summary").text


def test_the_project_manager_sees_what_to_set_going_and_whom_to_follow_up(content, client):
    page = read(client, f"{OVERVIEW}?rolle={Role.PROJECT_MANAGER}")
    listed = entries(page)
    assert list(listed) == [activity.code for activity in content.activities]
    words = set()
    for activity in content.activities:
        text = listed[activity.code].find("p", "plan-part").text
        beginning, _colon, rest = text.partition(": ")
        words.add(beginning)
        if activity.responsible.slug == Role.PROJECT_MANAGER:
            assert text == f"Your own duty: {activity.responsible_why}"
        else:
            follows_up = "Set it going, and follow up in operation. Responsible"
            assert beginning == (follows_up if activity.repeat_months else "Set it going. Responsible")
            assert rest.startswith(f"{activity.responsible.name}.")
    assert len(words) == 3


# A small, harmless use ------------------------------------------------------------------------------


def test_a_small_use_is_told_what_can_be_left_out_and_why_and_what_is_shorter(content, client):
    answers = "&".join(f"{code}={answer}" for code, answer in USES["skrivehjælp"]["answers"].items())
    page = read(client, f"{OVERVIEW}?{answers}")
    use = USES["skrivehjælp"]
    assert page.find("h2", id="results-heading").text == "23 of 59 activities apply, or may apply"
    numbers = [row.find("strong").text for row in page.find("ul", "band-counts").find_all("li")]
    assert numbers == ["8", "14", "1", "15", "9", "12"]
    assert set(left_out(page)) == set(use["left_out"])
    for code, reason in left_out(page).items():
        assert folded(reason).startswith(folded(content.find("activity", code).small_use)[:20]), code
    listed = entries(page)
    assert set(listed) == {*use["always"], *use["because"], *use["by_assessment"]}
    shorter = {code for code, entry in listed.items() if "A shorter way is enough:" in entry.text}
    assert shorter == set(use["short"])
    assert {code for code, entry in listed.items() if "For your small use:" in entry.text} == set(use["by_assessment"])
    within = {
        row.find("span", "code").text: code
        for code, entry in listed.items()
        for row in (entry.find("div", "plan-together").find_all("li") if entry.has("div", "plan-together") else ())
    }
    assert within == use["together"]
    rest = page.find("section", id="not-applicable").find_all("span", "code")
    assert {code.text for code in rest} == set(USES["skrivehjælp"]["does_not_apply"])
    assert not read(client, OVERVIEW).has("section", id="left-out")


@pytest.mark.parametrize("role", ["sikkerhed", "data", "indkob", "dpo", "fag"])
def test_a_role_of_a_small_use_finds_each_of_its_own_activities(role, content, client):
    """What it takes part in stands in its list, or below an activity of the list; never below what only others do."""
    answers = "&".join(f"{code}={answer}" for code, answer in USES["skrivehjælp"]["answers"].items())
    page = read(client, f"{OVERVIEW}?rolle={role}&{answers}")
    shown = entries(page)
    below = [row for entry in shown.values() for row in entry.find_all("ul", "small-use-within")]
    codes = {*shown, *(code.text for part in below for code in part.find_all("span", "code"))}
    applying = {
        code for name in ("always", "because", "by_assessment", "together") for code in USES["skrivehjælp"][name]
    }
    own = {
        code
        for code in applying
        for activity in [content.find("activity", code)]
        if role in [activity.responsible.slug, *(row.role.slug for row in content.involved(activity))]
    }
    assert own
    assert own <= codes


def test_the_bands_are_counted_and_a_missing_answer_stays_in_sight(content, client):
    use = USES["chatbot til borgere"]
    page = read(client, f"{OVERVIEW}?{'&'.join(f'{code}={answer}' for code, answer in use['answers'].items())}")
    numbers = [row.find("strong").text for row in page.find("ul", "band-counts").find_all("li")]
    assert numbers == [str(len(use[name])) for name in ("always", "because", "only_if", "does_not_apply")]
    (question,) = page.find("div", "open-questions").find_all("li")
    assert question.find("a").attrs["href"] == "#traening"
    risks, requirements = len(use["risks"]["only_if"]), len(use["requirements"]["only_if"])
    expected = f"{len(use['only_if'])} activities · {risks} risks · {requirements} requirements"
    assert question.find("span", "note").text == expected
    assert not read(client, OVERVIEW).has("div", "open-questions")


# Now ------------------------------------------------------------------------------------------------


def test_the_phase_one_is_in_comes_first_with_what_it_needs_who_and_why(content, client):
    page = read(client, f"{OVERVIEW}?nu=foranalyse&personoplysninger=yes")
    now = page.find("section", id="now")
    phase = content.find("phase", "foranalyse")
    assert now.find("h2").text == f"Now: {phase}"
    shown = by_code(now.find_all("li", "plan-entry"))
    assert list(shown) == [code for code in entries(page) if content.find("activity", code).phase is phase]
    for entry in not_empty(shown.values()):
        assert entry.has("p", "plan-reason") or entry.has("p", "plan-open")
        assert entry.find("dl", "who").find_all("div")
    sections = [section.attrs.get("id") for section in page.find_all("section") if "id" in section.attrs]
    assert sections.index("now") < sections.index("plan")


def test_each_phase_is_one_click_away_and_a_role_sees_what_others_do_now(content, client):
    page = read(client, f"{OVERVIEW}?rolle=arkiv&leverandoer=yes")
    links = page.find("ul", "now-phases").find_all("a")
    assert [link.text for link in links] == [str(phase) for phase in content.phases]
    now = read(client, links[2].attrs["href"]).find("section", id="now")
    codes = {activity.code for activity in content.activities if activity.phase is content.phases[2]}
    assert set(by_code(now.find_all("li", "plan-entry"))) == codes
    (chosen,) = [link for link in now.find("ul", "now-phases").find_all("a") if "aria-current" in link.attrs]
    assert chosen.text == str(content.phases[2])


# Beside the plan ------------------------------------------------------------------------------------


def test_risks_and_requirements_of_the_situation_are_named_with_their_reason(content, client):
    page = read(client, f"{OVERVIEW}?personoplysninger=yes")
    also = page.find("section", **{"aria-labelledby": "also-heading"})
    named = {row.find("span", "code").text: row for row in also.find_all("li")}
    situation = Situation(answers={"personoplysninger": "yes"})
    for item, verdict in verdicts([*content.risks, *content.requirements], content, situation):
        assert verdict.applies == (item.code in named)
        if verdict.reasons:
            assert named[item.code].find("span", "ref-reason").text == f"fordi {' og '.join(verdict.reasons)}"
        elif verdict.unanswered:
            links = [link.attrs["href"] for link in named[item.code].find_all("a", "ref-reason")]
            assert links == [f"#{question.code}" for question in verdict.unanswered]
    assert not read(client, OVERVIEW).has("section", **{"aria-labelledby": "also-heading"})


@pytest.mark.parametrize("query", ["?leverandoer=no", "?personoplysninger=no&leverandoer=yes"])
def test_the_requirements_that_apply_are_one_click_from_an_annex(query, content, client):
    """Those that may apply too, as long as the question that decides is not answered."""
    (link,) = [
        link for link in read(client, OVERVIEW + query).find_all("a") if link.text.startswith("Pick the requirements")
    ]
    listed = read(client, OVERVIEW + query).find("section", **{"aria-labelledby": "also-heading"}).find_all("li")
    codes = {row.find("span", "code").text for row in listed}
    page = read(client, link.attrs["href"])
    picked = {box.attrs["value"] for box in page.find_all("input", name="pick") if "checked" in box.attrs}
    answers = dict(pair.split("=") for pair in query.removeprefix("?").split("&"))
    applicable = applying(content.requirements, content, Situation(answers=answers))
    assert picked == {code for code in codes if code[0] == "K"} == {item.code for item, _verdict in applicable}
    assert len(picked) < len(content.requirements)


# The address ----------------------------------------------------------------------------------------


def test_what_the_address_cannot_mean_is_dropped_and_named(content, client):
    page = read(client, f"{OVERVIEW}?role=ukendt&udvikler=maaske&x=1&generativ=yes")
    notices = notice_texts(page)
    assert len(notices) == 3
    assert all(any(word in notice for notice in notices) for word in ("“ukendt”", "“maaske”", "“x”"))
    assert list(entries(page)) == list(entries(read(client, f"{OVERVIEW}?generativ=yes")))


def test_of_two_answers_to_a_question_one_counts_and_the_page_says_so(content, client):
    page = read(client, f"{OVERVIEW}?generativ=no&generativ=yes")
    (notice,) = notice_texts(page)
    assert "Yes counts." in notice
    assert len(chip_links_by_text(page)) == 1


def test_the_form_shows_what_the_address_says(content, client):
    page = read(client, f"{OVERVIEW}?role=dpo&generativ=yes&udvikler=no")
    chosen = [
        option.attrs["value"]
        for option in page.find("select", id="role").find_all("option")
        if "selected" in option.attrs
    ]
    assert chosen == ["dpo"]
    checked = {
        box.attrs["name"]: box.attrs["value"] for box in page.find_all("input", type="radio") if "checked" in box.attrs
    }
    assert {name: value for name, value in checked.items() if value} == {"generativ": "yes", "udvikler": "no"}
    assert set(checked) == {question.code for question in content.questions}


def test_each_chip_takes_its_own_choice_away(content, client):
    page = read(client, f"{OVERVIEW}?role=dpo&generativ=yes&udvikler=no")
    chips = chip_links_by_text(page)
    assert len(chips) == 3
    for label, url in chips.items():
        remaining_chips = chip_links_by_text(read(client, url))
        assert set(remaining_chips) == set(chips) - {label}
    (role,) = [label for label in chips if content.find("role", "dpo").name in label]
    question = content.find("question", "generativ")
    assert any(f"{question.question} {question.yes_label}" in label for label in chips)
    assert chips[role] == f"{OVERVIEW}?generativ=yes&udvikler=no"


def test_one_link_clears_role_and_answers(content, client):
    page = read(client, f"{OVERVIEW}?role=dpo&generativ=yes&x=1")
    (clear,) = [link for link in page.find_all("a") if link.text == "Clear all"]
    assert clear.attrs["href"] == f"{OVERVIEW}?"


def test_the_lists_of_phases_and_activities_are_the_one_pager(content, client):
    for path in ("faser/", "aktiviteter/"):
        assert client.get(OVERVIEW + path)["Location"] == f"{OVERVIEW}#plan"
