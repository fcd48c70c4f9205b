"""The requirements as an annex to a tender that vendors fill in, for Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import override

from kl_ai.export.document import (
    Blank,
    Block,
    ChoiceCell,
    Document,
    Heading,
    Labelled,
    Prose,
    Stack,
    Table,
    TableCell,
    Titled,
)
from kl_ai.search.danish import join_words

from .. import tender
from ..catalogue import Catalogue
from ..left_out import LeftOut
from ..models import LegalSource, Requirement
from ..screening import short_way
from ..tender import Use
from .documents import header_fields, left_out_table, proposals_text, source_table
from .paper import Paper
from .texts import DISCLAIMER, SUBJECT, closing, danish_date, level_text, sources

TITLE = "Kravbilag: ansvarlig AI og databeskyttelse"
HEADINGS = ("Nr.", "Krav", "Tilbudsgiverens svar")
WIDTHS = (0.9, 5.2, 3.9)
ENCLOSED = "Vedlagt bevis: bilag og side"

USE_NAMES = {
    Use.MINIMUM: ("mindstekrav", "mindstekrav"),
    Use.COMPETITION: ("konkurrencekrav", "konkurrencekrav"),
    Use.INFORMATION: ("oplysning", "oplysninger"),
}
"""The Danish names of a use, for one and for several."""
USE_HEADINGS = {Use.MINIMUM: "Mindstekrav", Use.COMPETITION: "Konkurrencekrav", Use.INFORMATION: "Oplysninger"}
USE_TEXTS = {
    Use.MINIMUM: (
        "Mindstekrav skal være opfyldt. Tilbudsgiveren svarer ja eller nej til hvert punkt og skriver, hvordan det er "
        "opfyldt. Et nej til et punkt betyder, at tilbuddet ikke opfylder udbuddets mindstekrav."
    ),
    Use.COMPETITION: (
        "Konkurrencekrav bør være opfyldt. Tilbudsgiveren svarer ja, delvist eller nej til hvert punkt og skriver, hvordan "
        "og i hvilket omfang det er opfyldt. Svaret indgår i vurderingen af tilbuddet, som udbudsmaterialet beskriver den."
    ),
    Use.INFORMATION: (
        "Tilbudsgiveren oplyser for hvert punkt, om det er opfyldt og hvordan. Svaret indgår ikke i vurderingen af tilbuddet."
    ),
}
"""What a use means for whoever answers."""
ANSWERS = {
    Use.MINIMUM: ("Ja", "Nej"),
    Use.COMPETITION: ("Ja", "Delvist", "Nej"),
    Use.INFORMATION: ("Ja", "Delvist", "Nej"),
}


INTRODUCTION = (
    "Hvert krav er delt i punkter, som besvares hver for sig. Under kravet står det bevis, tilbudsgiveren vedlægger, og "
    "grundlaget for kravet:\n\n"
    "- Lovkrav til leverandøren: Loven pålægger selv leverandøren pligten, eller den kræver, at databehandleraftalen "
    "gør det.\n"
    "- Lovkrav til både leverandøren og kommunen: Det samme, men loven pålægger også kommunen en pligt.\n"
    "- Følger af kommunens lovpligt: Loven retter sig mod kommunen. Kravet gør det muligt for kommunen at overholde den.\n"
    "- Kommunens krav: Ingen lov kræver det.\n\n"
    "Punkterne, fristerne og tallene er kommunens vilkår for, hvordan kravet opfyldes, hvor loven ikke selv nævner dem."
)
"""What the annex says before its first requirement, for the sent and the own copy."""


def annex(
    requirements: Sequence[Requirement],
    catalogue: Catalogue,
    paper: Paper,
    uses: Mapping[str, Use],
    pieces: Sequence[LeftOut] = (),
) -> Document:
    """The requirements by their use in the tender, each with room for the answer.

    `uses` are those that the buyer has changed; `pieces` are the
    requirements that are left out, which the own copy names.
    """
    header = f"Kravbilag  |  kommunens egen kopi, kravkatalog gennemgået {_reviewed(requirements)}"
    return Document(
        verbatim=paper.names.typed,
        title=TITLE,
        subtitle=counts_text(requirements, uses),
        header=paper.header(header if paper.own else "Kravbilag"),
        footer=DISCLAIMER if paper.own else "",
        subject=SUBJECT if paper.own else "",
        blocks=[
            header_fields(
                "Ordregiver",
                "Udbud",
                "Tilbudsgiver",
                "Dato",
                filled={"Ordregiver": paper.names.municipality, "Udbud": paper.names.project},
            ),
            *(Prose(notice) for notice in paper.own_notices),
            *(_own_introduction(requirements, catalogue, uses) if paper.own else ()),
            *(Prose(text, "guidance") for text in _short_way(catalogue, paper)),
            Prose(INTRODUCTION),
            *_uses(requirements, catalogue, paper, uses),
            *(left_out_table(pieces) if paper.own else ()),
            *_ending(requirements, catalogue, paper),
        ],
    )


def _reviewed(requirements: Sequence[Requirement]) -> str:
    """The day of the oldest review among the requirements."""
    return danish_date(min(requirement.reviewed_on for requirement in requirements))


def counts_text(requirements: Sequence[Requirement], uses: Mapping[str, Use]) -> str:
    """How many requirements there are of each use, "44 krav: 30 mindstekrav, 12 konkurrencekrav og 2 oplysninger"."""
    chosen = [tender.use_of(requirement, uses) for requirement in requirements]
    counts = [(chosen.count(use), names) for use, names in USE_NAMES.items() if use in chosen]
    words = join_words([f"{count} {names[count != 1]}" for count, names in counts], "og")
    return f"{len(requirements)} krav: {words}"


def _own_introduction(
    requirements: Sequence[Requirement], catalogue: Catalogue, uses: Mapping[str, Use]
) -> Iterator[Block]:
    """What only the buyer is to know: which copy this is, what is a proposal, and where a use is softer than the law."""
    yield Prose(
        "Dette er kommunens egen kopi med kilder, forbehold og vores forslag. Send den anden udgave til tilbudsgiverne.\n\n"
        "Brugen i udbuddet er vores forslag, hvor I ikke selv har valgt en anden. Frister og antal, som loven ikke "
        "nævner, er forslag og står under kravet. Ordregiveren afgør, hvilke krav der gælder, og hvor tungt de vejer.\n\n"
        "Hvert punkt under et mindstekrav er et mindstekrav. Slet de punkter, I ikke vil afvise et tilbud på, eller gør "
        "kravet til et konkurrencekrav.",
        "guidance",
    )
    for template in catalogue.templates:
        codes = [item.code for item in requirements if template.title in item.wording]
        if codes:
            yield Prose(
                f"{join_words(codes, 'og')} henviser til {template}. Vedlæg det, eller slet punktet.", "guidance"
            )
    if any(HIGH_RISK_DAY in item.level_note for item in requirements):
        yield Prose(
            f"Pligterne for højrisiko-systemer efter bilag III gælder fra {HIGH_RISK_DAY}. Er et system taget i brug før "
            "den dag, gælder de ved væsentlige ændringer i udformningen, og for systemer til offentlige myndigheder "
            "senest fra 2. august 2030 (AI-forordningens art. 111, stk. 2).",
            "guidance",
        )
    softer = [item.code for item in requirements if tender.is_softer_than_law(item, tender.use_of(item, uses))]
    if softer:
        yield Prose(
            f"Bag {join_words(softer, 'og')} ligger en pligt, som loven lægger på leverandøren eller kræver i "
            "databehandleraftalen, men kravet er ikke et mindstekrav her. Så kan et tilbud vinde uden at opfylde det. "
            "Loven gælder stadig.",
            "guidance",
        )


def _short_way(catalogue: Catalogue, paper: Paper) -> list[str]:
    """What is enough of each requirement where the use is small and harmless; in the own copy only."""
    text = short_way(Requirement.KIND, catalogue, paper.situation)
    return [text] if text and paper.own else []


def _uses(
    requirements: Sequence[Requirement], catalogue: Catalogue, paper: Paper, uses: Mapping[str, Use]
) -> Iterator[Block]:
    """A section for each use, and in it a table for each topic."""
    with override("da"):
        topics = {topic.value: str(topic.label) for topic in Requirement.Topic}
    for use, heading in USE_HEADINGS.items():
        of_use = [requirement for requirement in requirements if tender.use_of(requirement, uses) is use]
        if not of_use:
            continue
        yield Heading(heading)
        yield Prose(USE_TEXTS[use])
        for topic, topic_heading in topics.items():
            of_topic = [requirement for requirement in of_use if requirement.topic == topic]
            if of_topic:
                rows = [row for item in of_topic for row in _rows(item, catalogue, paper, use)]
                yield Heading(topic_heading, level=2)
                yield Table(HEADINGS, rows, WIDTHS, row_breaks=True)


def _rows(item: Requirement, catalogue: Catalogue, paper: Paper, use: Use) -> Iterator[Sequence[TableCell]]:
    """The requirement with its evidence and basis, and beneath it a row for each of its points with room for the answer."""
    points = tender.points(item, use)
    introduction = points.pop(0).text if points and not points[0].is_answered else ""
    yield item.code, _requirement(item, introduction, catalogue, paper, use), Blank(ENCLOSED)
    for point in points:
        if point.is_answered:
            yield point.number, point.text, answer_cell(point.number, use)
        else:
            yield "", point.text, ""


def answer_cell(number: str, use: Use) -> Stack:
    """The empty cell for the answer to a point."""
    return Stack([ChoiceCell(f"Svar på {number}", ANSWERS[use]), Blank("Sådan er punktet opfyldt")])


def _requirement(item: Requirement, introduction: str, catalogue: Catalogue, paper: Paper, use: Use) -> TableCell:
    """The requirement with its evidence and what it rests on; in the own copy with what is the municipality's alone."""
    cells: list[TableCell] = [
        Titled(item.title, introduction),
        Labelled("Bevis", item.evidence),
        Labelled("Grundlag", basis_text(item)),
    ]
    if paper.own:
        cells += [
            Labelled("Efter loven", level_text(item)),
            Labelled("Loven retter sig mod", addressee_text(item)),
            Labelled("Brug i udbuddet", use_text(item, use)),
        ]
        if item.own_evidence:
            cells.append(Labelled("Kommunens eget bevis", item.own_evidence))
        if item.proposals:
            cells.append(Labelled("Tal", proposals_text(item.proposals)))
    if paper.sources:
        cells.append(Labelled("Kilder", sources(item, catalogue, own=paper.own)))
    return Stack(cells)


HIGH_RISK_DAY = "2. december 2027"
"""From when the duties of the AI Act's annex III apply; systems in use before have longer (its art. 111(2))."""

BASES = {
    Requirement.Addressee.VENDOR.value: "Lovkrav til leverandøren",
    Requirement.Addressee.BOTH.value: "Lovkrav til både leverandøren og kommunen",
    Requirement.Addressee.MUNICIPALITY.value: "Følger af kommunens lovpligt",
}
OWN_DEMAND = "Kommunens krav"
"""Behind what no law demands."""


def basis_text(item: Requirement) -> str:
    """What a requirement rests on, as whoever answers is told: whose duty by law it is, and which numbers are no law."""
    texts = [BASES[item.addressee] if item.level == Requirement.Level.MUST else OWN_DEMAND]
    texts += [item.level_note.rstrip(".")] if item.level_note else []
    texts += [f"Kommunens vilkår: {join_words(item.proposals, 'og')}"] if item.proposals else []
    return " ".join(f"{text}." for text in texts)


def addressee_text(item: Requirement) -> str:
    """Whom the law behind a requirement addresses, in Danish."""
    with override("da"):
        return str(item.get_addressee_display())


def use_text(item: Requirement, use: Use) -> str:
    """The use of a requirement, and whether it is our proposal or the buyer's choice."""
    return f"{USE_HEADINGS[use] if use is not Use.INFORMATION else 'Oplysning'} ({'vores forslag' if use == item.tender_use else 'jeres valg'})"


def _ending(requirements: Sequence[Requirement], catalogue: Catalogue, paper: Paper) -> Iterator[Block]:
    if paper.own:
        yield from closing(requirements)
    elif paper.sources:
        used = {source.pk for item in requirements for source in catalogue.linked(item, LegalSource.KIND)}
        yield from source_table([source for source in catalogue.sources if source.pk in used])
