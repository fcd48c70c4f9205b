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
from ..tender import Use
from .documents import header_fields, left_out_table, proposals_text, source_table
from .paper import Paper
from .texts import DISCLAIMER, SUBJECT, closing, danish_date, level_text, sources

TITLE = "Kravbilag: ansvarlig AI og databeskyttelse"
HEADINGS = ("Krav", "Tilbudsgiverens svar")
WIDTHS = (5.7, 4.3)

USE_NAMES = {
    Use.MINIMUM: ("mindstekrav", "mindstekrav"),
    Use.COMPETITION: ("konkurrencekrav", "konkurrencekrav"),
    Use.INFORMATION: ("oplysning", "oplysninger"),
}
"""The Danish names of a use, for one and for several."""
USE_HEADINGS = {Use.MINIMUM: "Mindstekrav", Use.COMPETITION: "Konkurrencekrav", Use.INFORMATION: "Oplysninger"}
USE_TEXTS = {
    Use.MINIMUM: (
        "Mindstekrav skal være opfyldt. Tilbudsgiveren svarer ja eller nej og skriver, hvordan kravet er opfyldt. "
        "Et nej betyder, at tilbuddet ikke opfylder udbuddets mindstekrav."
    ),
    Use.COMPETITION: (
        "Konkurrencekrav bør være opfyldt. Tilbudsgiveren svarer ja, delvist eller nej og skriver, hvordan og i hvilket "
        "omfang kravet er opfyldt. Svaret indgår i vurderingen af tilbuddet, som udbudsmaterialet beskriver den."
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


def annex(
    requirements: Sequence[Requirement],
    catalogue: Catalogue,
    paper: Paper,
    uses: Mapping[str, Use],
    notices: Sequence[str] = (),
    pieces: Sequence[LeftOut] = (),
) -> Document:
    """The requirements by their use in the tender, each with room for the answer.

    `uses` are those that the buyer has changed; `notices` say which part of the address was ignored; `pieces` are the
    requirements that are left out, which the own copy names.
    """
    header = f"Kravbilag  |  kommunens egen kopi, kravkatalog gennemgået {_reviewed(requirements)}"
    return Document(
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
            *(Prose(notice) for notice in notices),
            *(_own_introduction(requirements, uses) if paper.own else ()),
            Prose(
                "Under hvert krav står, hvad der viser, at kravet er opfyldt, og hvad kravet bygger på: en pligt i loven "
                "(skal), god praksis (bør) eller en mulighed (kan). Nævner beviset kommunens egne dokumenter, leverer "
                "tilbudsgiveren sine oplysninger til dem. Henvis i svaret til bilag og side."
            ),
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


def _own_introduction(requirements: Sequence[Requirement], uses: Mapping[str, Use]) -> Iterator[Block]:
    """What only the buyer is to know: which copy this is, what is a proposal, and where a use is softer than the law."""
    yield Prose(
        "Dette er kommunens egen kopi med kilder, forbehold og vores forslag. Send den anden udgave til tilbudsgiverne.\n\n"
        "Brugen i udbuddet er vores forslag, hvor I ikke selv har valgt en anden. Frister og antal, som loven ikke "
        "nævner, er forslag og står under kravet. Ordregiveren afgør, hvilke krav der gælder, og hvor tungt de vejer.",
        "guidance",
    )
    softer = [item.code for item in requirements if tender.is_softer_than_law(item, tender.use_of(item, uses))]
    if softer:
        yield Prose(
            f"Bag {join_words(softer, 'og')} ligger en pligt, som loven lægger på leverandøren, men kravet er ikke et "
            "mindstekrav her. Så kan et tilbud vinde uden at opfylde det. Pligten gælder stadig.",
            "guidance",
        )


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
                rows = [(_requirement(item, catalogue, paper, use), _answer(item, use)) for item in of_topic]
                yield Heading(topic_heading, level=2)
                yield Table(HEADINGS, rows, WIDTHS, row_breaks=True)


def _requirement(item: Requirement, catalogue: Catalogue, paper: Paper, use: Use) -> TableCell:
    """The requirement with its wording, its evidence and its degree by law; in the own copy with what is ours in it."""
    cells: list[TableCell] = [
        Titled(str(item), tender.wording(item, use)),
        Labelled("Bevis", item.evidence),
        Labelled("Efter loven", level_text(item)),
    ]
    if paper.own:
        cells += [
            Labelled("Loven retter sig mod", addressee_text(item)),
            Labelled("Brug i udbuddet", use_text(item, use)),
        ]
        if item.proposals:
            cells.append(Labelled("Tal", proposals_text(item.proposals)))
    if paper.sources:
        cells.append(Labelled("Kilder", sources(item, catalogue, own=paper.own)))
    return Stack(cells)


def _answer(item: Requirement, use: Use) -> TableCell:
    return Stack(
        [ChoiceCell(f"Svar på {item.code}", ANSWERS[use]), Blank("Sådan er kravet opfyldt, med henvisning til bilag")]
    )


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
