"""A letter to companies about a dialogue with the market, to be filled in: neutral, with the same questions to all.

The letter is Danish whatever the language of the page, as the municipality's letters are.
"""

from collections.abc import Iterator

from django.utils.translation import override

from kl_ai.export.document import Blank, Block, Document, Field, Heading, Prose, Table, Together

from .picks import picks
from .selection import Selection
from .snapshot import Snapshot

TITLE = "Markedsdialog om kunstig intelligens"
QUESTIONS = (
    "Hvilken løsning eller ydelse kan I tilbyde til opgaven, og hvor langt er den: idé, afprøvning eller i drift?",
    "Hvor er den i brug i dag, og hvilke erfaringer er der med virkning og kvalitet?",
    "Hvilke data kræver løsningen, hvor behandles de, og hvilke underleverandører behandler dem?",
    "Hvordan hjælper I kommunen med at overholde reglerne om databeskyttelse, informationssikkerhed og kunstig intelligens?",
    "Hvordan afprøver I løsningen for fejl og skævheder, og hvordan kan en medarbejder følge og ændre resultatet?",
    "Hvilke systemer skal løsningen arbejde sammen med, og hvilke standarder følger den?",
    "Hvad skal kommunen selv bidrage med, før løsningen kan tages i brug, og mens den er i drift?",
    "Hvordan er prisen sat sammen, og hvad afhænger den af? Et overslag er nok.",
    "Hvordan kan kommunen skifte til en anden løsning og få sine data med?",
    "Hvad bør kommunen være opmærksom på, hvis opgaven sendes i udbud?",
)
OWN_QUESTIONS = 2
"""Empty rows for the municipality's own questions."""
RULES = (
    "Alle virksomheder får dette brev med de samme ord, de samme spørgsmål og den samme frist.",
    "Spørgsmål til brevet besvares skriftligt. Alle får både spørgsmål og svar, uden navn på den, der har spurgt.",
    "Dialogen er uforpligtende, og kommunen betaler ikke for den. Den er ikke et udbud, og et svar er ikke et tilbud.",
    "Et svar giver hverken fordel eller ulempe ved et senere udbud.",
    "Det fra dialogen, som kan have betydning for et tilbud, lægges frem for alle (udbudslovens §§ 2, 39 og 40).",
    "Skriv tydeligt, hvilke dele af svaret der er forretningshemmeligheder. Kommunen er omfattet af reglerne om aktindsigt.",
)


def letter(snapshot: Snapshot, selection: Selection) -> Document:
    """The letter to the vendors of a selection. It names the criteria that they were found by, and none of them. No query.

    Criteria that only some of the picked vendors meet are left out, since everybody gets the same letter.
    """
    with override("da"):
        found = picks(snapshot, selection)
    criteria = "" if selection.names_vendors and not found.all_meet else found.criteria
    return Document(
        title=TITLE,
        subtitle="De samme spørgsmål til alle",
        header=TITLE,
        footer="Skabelon fra KL's markedsoverblik. KL anbefaler ingen virksomheder.",
        subject="Markedsoverblik · kunstig intelligens",
        blocks=list(_blocks(criteria)),
    )


def _blocks(criteria: str) -> Iterator[Block]:
    for label in (
        "Kommune",
        "Opgavens navn",
        "Kontaktpunkt i kommunen (navn eller funktion, e-mail og telefon)",
        "Sag",
    ):
        yield Field(label, "line")
    yield Field("Dato", "date")
    yield Field("Svar senest", "date", "Samme frist for alle.")
    among = f"blandt de virksomheder, der {criteria}" if criteria else "blandt de virksomheder, der har svaret"
    yield Prose(
        "Kommunen undersøger, hvad markedet kan tilbyde inden for kunstig intelligens til opgaven ovenfor.\n\n"
        f"I får brevet, fordi I står i KL's markedsoverblik {among}. Oplysningerne er jeres egne. "
        "KL har ikke vurderet dem og anbefaler ingen."
    )
    yield Heading("Det drejer sig om", numbered=False)
    yield Field("Kommunens behov", "text", "Beskriv opgaven og ikke en bestemt løsning.")
    yield Field("Sådan løses opgaven i dag", "text")
    yield Heading("Spørgsmål", numbered=False)
    rows = [(str(number), question, Blank("Svar")) for number, question in enumerate(QUESTIONS, start=1)]
    first = len(rows) + 1
    own = [(str(first + number), Blank("Kommunens eget spørgsmål"), Blank("Svar")) for number in range(OWN_QUESTIONS)]
    yield Table(("Nr.", "Spørgsmål", "Svar"), [*rows, *own], (0.6, 4, 5))
    yield Together([Heading("Sådan foregår dialogen", numbered=False), Prose("\n".join(f"- {rule}" for rule in RULES))])
