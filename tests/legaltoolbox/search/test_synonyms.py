"""Synonyms: words for the same find each other; the name of one product, organ or kind finds the general word, not back."""

from collections import Counter

import pytest

from kl_ai.search.danish import words
from legaltoolbox.content import files
from legaltoolbox.models import SearchSynonym
from legaltoolbox.search.synonyms import Synonyms

RECORDS = files.read()[SearchSynonym]
GROUPS = Synonyms((record["words"], record.get("finds", ())) for record in RECORDS)

ONE_WAY = [
    ("ChatGPT", "generativ AI"), ("Copilot", "generativ AI"), ("Gemini", "generativ AI"), ("sprogmodel", "generativ AI"),
    ("USA", "tredjelande"), ("Kina", "tredjelande"), ("Schrems", "overførsel"), ("TIA", "overførsel"), ("azure", "cloud"),
    ("rigsarkivet", "arkiv"), ("jobcenter", "beskæftigelse"), ("kontanthjælp", "sociale ydelser"), ("elever", "børn"),
    ("helbredsoplysninger", "følsomme oplysninger"), ("religion", "følsomme oplysninger"), ("FRIA", "grundlæggende rettigheder"),
    ("straffeattest", "strafbare forhold"), ("finjustering", "træning"), ("ISAE 3000", "revision"), ("talebot", "chatbot"),
    ("privatlivspolitik", "oplysningspligt"), ("aktindsigt", "indsigt"), ("underleverandør", "underdatabehandler"),
    ("prompt injection", "angreb"), ("open source", "offentliggøre"), ("AI-politik", "retningslinjer"), ("robot", "automatisk"),
    ("jobansøgning", "ansættelse"), ("folkeskole", "skole"), ("fairness", "forskelsbehandling"), ("Chromebook", "egne formål"),
]  # fmt: skip
APART = [
    ("ChatGPT", "Gemini"), ("USA", "Kina"), ("race", "sygdom"), ("journalpligt", "notatpligt"), ("computer", "algoritme"),
    ("markedsdialog", "kravspecifikation"), ("sentimentanalyse", "følelsesgenkendelse"), ("gentræning", "genoptræning"),
    ("ansøger", "ansættelse"), ("brev", "tekst"), ("tilsyn", "kontrol"),
]  # fmt: skip


def folded(text: str) -> str:
    return " ".join(words(text))


def leads_to(typed: str) -> set[str]:
    phrase = words(typed)
    match = GROUPS.at(phrase, 0)
    return {" ".join(found) for found in match.alternatives} if match.length == len(phrase) else set()


@pytest.mark.parametrize(("narrow", "general"), ONE_WAY)
def test_the_narrow_word_finds_the_general_one_and_not_the_other_way_round(narrow, general):
    assert folded(general) in leads_to(narrow)
    assert folded(narrow) not in leads_to(general)


@pytest.mark.parametrize(("first", "second"), APART)
def test_what_is_not_the_same_does_not_find_each_other(first, second):
    assert folded(second) not in leads_to(first)
    assert folded(first) not in leads_to(second)


@pytest.mark.parametrize(
    ("first", "second"), [("DPIA", "konsekvensanalyse"), ("cpr", "personnummer"), ("LLM", "sprogmodel")]
)
def test_words_for_the_same_find_each_other(first, second):
    assert folded(second) in leads_to(first)
    assert folded(first) in leads_to(second)


def test_no_word_stands_in_two_groups():
    """It would join them: each word of both would seem to mean the same."""
    typed = Counter(word.casefold() for record in RECORDS for word in record["words"])
    assert [word for word, number in typed.items() if number > 1] == []
