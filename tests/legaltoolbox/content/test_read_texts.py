"""What counts as read in the source itself, and as of which day it is checked."""

from datetime import date

import pytest
from django.utils import timezone
from django.utils.translation import override

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.content import check
from legaltoolbox.models import Guidance, LegalSource
from legaltoolbox.read_texts import latest_day, secondary_words

pytestmark = pytest.mark.any_database

COPY = "LBK nr. 433 af 22. april 2014 (forvaltningsloven) § 22, kopi af retsinformation.dk fra 15. februar 2026"


def problems(key: str) -> list[str]:
    with override("en"):
        found = check.findings(draft_catalogues.build())
    return [finding.text for finding in found if finding.item == key and finding.is_problem]


@pytest.mark.parametrize(
    ("read_in", "word"),
    [
        ("C-77/21: GDPRhubs engelske gennemgang af dommen", "GDPRhubs"),
        ("Samstemmende gennemgange på aigl.blog", "gennemgange"),
        ("Datatilsynets nyhed af 22. maj 2024, datatilsynet.dk", "nyhed"),
        ("Kommissionens pressemeddelelse IP/23/3721", "pressemeddelelse"),
        ("FOB 2022-23 (resumé), ombudsmanden.dk", "resumé"),
        ("Resuméet på datatilsynet.dk, gemt kopi", "Resuméet"),
        ("Et sammendrag af dommen", "sammendrag"),
        ("Kammeradvokatens omtale fra februar 2026", "Kammeradvokatens"),
        ("GDPR-bogens omtale af artiklen", "omtale"),
        ("Skabelonen, omtalt i en aftale", "omtalt"),
        ("Artiklen (indledningen og de første sager)", "indledningen"),
        ("Overblik #13, læst i uddrag", "uddrag"),
        ("Afgørelsen (begyndelsen)", "begyndelsen"),
        ("Første del af teksten på datatilsynet.dk", "Første del"),
        ("Artiklen, gengivet ordret i offentlige kopier", "gengivet"),
        ("Punkt 34 og 43, engelske citater", "citater"),
        ("Engelske beskrivelser af de fire trin", "beskrivelser"),
        ("KL’s høringssvar over udkastet", "høringssvar"),
        ("Et notat fra advokatfirmaet", "advokatfirmaet"),
        ("Hortens artikel fra 2020 om skabelonen", "artikel fra"),
        ("Hele udtalelsen i engelsk maskinoversættelse", "maskinoversættelse"),
        ("Titlen. Resten er ikke læst.", "ikke læst"),
        ("Dommens præmisser, læst ved søgning", "ved søgning"),
    ],
)  # fmt: skip
def test_what_tells_of_another_text_or_of_a_part_is_found(read_in, word):
    assert word in secondary_words(read_in)


@pytest.mark.parametrize(
    "read_in",
    [
        COPY,
        "GDPR art. 35, stk. 7: engelsk tekst fra EUR-Lex (CELEX 32016R0679), kopi af 27. januar 2026",
        "Forordning (EU) 2023/2854, artikel 1 og 50: engelsk tekst",
        "C-77/21: præmis 30-34 og domskonklusionen, engelsk tekst fra EUR-Lex",
        "Hele teksten af 22. marts 2024 på datatilsynet.dk, gemt kopi.",
        "Ændringslove udstedt til og med 12. februar 2026 efter titel i samme kopi: ingen.",
    ],
)
def test_the_text_of_the_source_itself_is_no_other_text(read_in):
    assert secondary_words(read_in) == []
    assert not LegalSource(read_in=read_in).is_read_in_part


@pytest.mark.parametrize(
    "read_in",
    [
        "Kun disse steder er læst ordret: punkt 34 og 43 i udtalelsen af 17. december 2024, engelske citater i en kopi",
        "Side 9-11, engelsk tekst, gengivet ordret i flere kopier",
        "Begyndelsen af afsnit 2, læst ordret på datatilsynet.dk",
        "Indledningen og afsnittet “Vigtigt fra starten”, læst ordret",
        f"{COPY}\nUddrag af bilag 2, ordret citeret",
    ],
)
def test_named_places_that_were_read_word_for_word_are_the_text_of_the_source(read_in):
    assert secondary_words(read_in) == []
    assert LegalSource(read_in=read_in).is_read_in_part


@pytest.mark.parametrize(
    ("read_in", "words"),
    [
        ("Punkt 34 og 43, engelske citater i en kopi", ["citater"]),
        ("De seks trin, uddrag gengivet ordret i en kopi", ["uddrag", "gengivet", "ordret"]),
        ("Punkt 34, læst ordret\nResten i uddrag", ["uddrag"]),
        ("Resuméet, punkt 1-3, gengivet ordret", ["Resuméet"]),
        ("Punkt 34 ordret i maskinoversættelse", ["maskinoversættelse"]),
        ("Punkt 2 ordret i tilsynets nyhed", ["nyhed"]),
    ],
)
def test_a_part_without_its_places_or_of_another_text_is_not_the_text_of_the_source(read_in, words):
    assert secondary_words(read_in) == words


@pytest.mark.parametrize(
    ("read_in", "day"),
    [
        (COPY, date(2026, 2, 15)),
        ("Konsolideret tekst af 27. juli 2026", date(2026, 7, 27)),
        ("Dommen af 31. februar 2025, kopi af 1. Maj 2025", date(2025, 5, 1)),
        ("kopi fra 15. februar 2026, læst 30. november 2026", date(2026, 2, 15)),
        ("kopi fra 15. februar 2026. Bestemmelsen gælder fra 2. august 2027", date(2026, 2, 15)),
        ("EU-Tidende 2024", None),
        ("", None),
    ],
)
def test_a_text_is_from_the_latest_day_that_is_named(read_in, day):
    assert latest_day(read_in) == day


@pytest.mark.parametrize("kind", [Guidance, LegalSource])
def test_what_was_read_in_another_text_is_not_checked_in_its_own(kind, content_rows):
    item = kind.objects.filter(certainty="verified", is_public=True).first()
    rows = kind.objects.filter(pk=item.pk)
    rows.update(read_in=f"{item.read_in} Resten følger en advokats gennemgang.")
    expected = "is checked in the text of its source, but read in something else: "
    assert [text for text in problems(item.key) if expected in text] == [
        f"{expected}“advokats”.",
        f"{expected}“gennemgang”.",
    ]
    rows.update(certainty="recalled", unread_reason="Kun læst i en gennemgang.")
    assert [text for text in problems(item.key) if expected in text] == []


@pytest.mark.parametrize("certainty", ["verified", "uncertain"])
def test_a_source_is_not_checked_as_of_a_later_day_than_its_text(certainty, content_rows):
    rows = LegalSource.objects.filter(slug="forvaltningsloven-par-22")
    rows.update(certainty=certainty, unsettled="Måske.", read_in=COPY, checked_on=date(2026, 2, 15))
    assert problems("forvaltningsloven-par-22") == []
    rows.update(checked_on=date(2026, 2, 16))
    assert problems("forvaltningsloven-par-22") == [
        "says that it was checked as of 2026-02-16; the text that was read is from 2026-02-15."
    ]
    rows.update(read_in="Lovtidende")
    assert problems("forvaltningsloven-par-22") == ["was read, and does not say from which day the text is."]


def test_what_others_report_of_a_source_may_be_of_any_day(content_rows):
    rows = LegalSource.objects.filter(slug="forvaltningsloven-par-22")
    rows.update(certainty="recalled", unread_reason="Ikke slået op.", checked_on=timezone.localdate())
    assert problems("forvaltningsloven-par-22") == []


def test_what_rests_on_a_source_that_was_not_read_is_not_checked_in_its_sources(content_rows):
    item = Guidance.objects.filter(certainty="verified", sources__slug="gdpr-art-28-stk-3").first()
    source = LegalSource.objects.filter(slug="gdpr-art-28-stk-3")
    assert problems(item.code) == []
    source.update(certainty="recalled", unread_reason="Kun læst i uddrag.")
    unread = "is checked in the text of its sources, but GDPR art. 28, stk. 3 was not read."
    assert problems(item.code) == [unread]
    source.update(certainty="uncertain", unsettled="Uklart.", read_in="", read_on=None)
    assert problems(item.code) == [unread]
    Guidance.objects.filter(pk=item.pk).update(certainty="recalled", unread_reason="GDPR er kun læst i uddrag.")
    assert problems(item.code) == []


def test_what_is_listed_for_further_reading_lowers_nothing(content_rows):
    item = Guidance.objects.filter(certainty="verified", sources__slug="gdpr-art-28-stk-3").first()
    LegalSource.objects.filter(slug="gdpr-art-28-stk-3").update(certainty="recalled", unread_reason="Ikke fundet.")
    assert problems(item.code) != []
    read_in = f"{item.read_in}\nKun til videre læsning: GDPR art. 28, stk. 3 (ikke læst)."
    Guidance.objects.filter(pk=item.pk).update(read_in=read_in)
    assert problems(item.code) == []


def test_what_rests_on_an_uncertain_source_is_not_checked(content_rows):
    item = Guidance.objects.filter(certainty="verified", unsettled="", sources__slug="gdpr-art-28-stk-3").first()
    LegalSource.objects.filter(slug="gdpr-art-28-stk-3").update(certainty="uncertain", unsettled="Uklart.")
    assert problems(item.code) == ["is checked in the text of its sources, but GDPR art. 28, stk. 3 is uncertain."]
    Guidance.objects.filter(pk=item.pk).update(certainty="uncertain", unsettled="Det er uklart, hvad reglen kræver.")
    assert problems(item.code) == []


def test_what_is_checked_names_the_repository_of_the_copy(content_rows):
    item = Guidance.objects.filter(certainty="verified", sources__slug="gdpr-art-28-stk-3").first()
    read_in = f"{item.read_in}\nWP248: kun afsnit 3 er læst ordret. Engelske citater på github.com."
    Guidance.objects.filter(pk=item.pk).update(read_in=read_in)
    assert problems(item.code) == [
        "is checked in the text of its source, and does not name the repository of the copy."
    ]
    Guidance.objects.filter(pk=item.pk).update(
        read_in=read_in.replace("github.com.", "github.com/olblinov/privacy-engineering-toolkit.")
    )
    assert problems(item.code) == []


def test_the_act_alone_is_no_source_of_what_is_said_of_a_provision(content_rows):
    item = Guidance.objects.filter(certainty="verified").exclude(sources__slug__startswith="forvaltningsloven").first()
    Guidance.objects.filter(pk=item.pk).update(explanation="Se forvaltningslovens § 22.")
    item.sources.add(LegalSource.objects.get(slug="forvaltningsloven"))
    assert "cites “forvaltningslovens § 22”, which is not among its sources." in problems(item.code)
    item.sources.add(LegalSource.objects.get(slug="forvaltningsloven-par-22"))
    assert problems(item.code) == []


def test_nothing_rests_on_repealed_law(content_rows):
    item = Guidance.objects.filter(sources__slug="gdpr-art-28-stk-3").first()
    LegalSource.objects.filter(slug="gdpr-art-28-stk-3").update(status="repealed")
    assert problems(item.code) == ["rests on GDPR art. 28, stk. 3, which is repealed."]


def test_a_paragraph_that_was_repealed_before_it_applied_is_no_law_in_force(content_rows):
    """AI-omnibus put art. 4a in its place on 27 July 2026."""
    assert LegalSource.objects.get(slug="ai-forordningen-art-10-stk-5").status == "repealed"
    assert LegalSource.objects.get(slug="ai-forordningen-art-4-a").status == "in_force"
