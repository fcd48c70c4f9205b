"""Requirements, risks and the scale as a library for CISO Assistant: one YAML file that its importer reads.

The requirements are a framework (a node for each topic, below it a node for each requirement), "must", "should" and "may"
its implementation groups, the causes of the risks its threats, and the 4 × 4 scale a risk matrix. URNs follow from the
kinds and keys of the items and stay the same. Texts are Danish at every address.

CISO Assistant takes a file only with a higher `version` than the one that it has, a whole number of at most 32 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import override

from kl_ai.export.downloads import open_to_websites
from kl_ai.text import clean_line, clean_text

from .. import linking
from ..catalogue import Catalogue
from ..content.files import dump
from ..models import LegalSource, Requirement, Risk, ScaleLevel
from ..rating import STEPS, RiskLevel
from ..rating import level as risk_level
from .texts import DISCLAIMER, SUBJECT, condition_lines, level_text, source_text

CONTENT_TYPE = "application/yaml"
PACKAGER = "KL"
REF_ID = "juridisk-vaerktoejskasse"
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
"""The version is the number of seconds since then: it rises with each change, and has 32 bits until 2093."""
LEVEL_TEXTS = {
    Requirement.Level.MUST: "Loven kræver det, når kravet gælder for jeres brug af AI.",
    Requirement.Level.SHOULD: "Vi anbefaler det, for eksempel fordi en myndighed gør det i en vejledning.",
    Requirement.Level.MAY: "I kan vælge det, hvis det passer til jeres brug af AI.",
}
COLOURS = ("#BBF7D0", "#FDE68A", "#FDBA74", "#FCA5A5")
"""Of the four steps of an axis, from the lowest."""
RISK_COLOURS = {RiskLevel.LOW: COLOURS[0], RiskLevel.MIDDLE: COLOURS[1], RiskLevel.HIGH: COLOURS[3]}
RISK_TEXTS = {
    RiskLevel.LOW: "Hold øje med, om risikoen ændrer sig.",
    RiskLevel.MIDDLE: "Mindsk risikoen, eller skriv, hvorfor I accepterer den.",
    RiskLevel.HIGH: (
        "Mindsk risikoen, før løsningen tages i brug. Behandler løsningen personoplysninger, og er restrisikoen stadig høj, "
        "skal Datatilsynet høres, før behandlingen begynder, jf. GDPR art. 36, stk. 1."
    ),
}

Json = dict[str, Any]
Absolute = Callable[[str], str]
"""From a path to an absolute address."""


def response(catalogue: Catalogue, request: HttpRequest) -> HttpResponse:
    """The file, which pages of other sites may fetch too."""
    content = dump(library(catalogue, request.build_absolute_uri))
    return open_to_websites(HttpResponse(content, content_type=f"{CONTENT_TYPE}; charset=utf-8"))


def library(catalogue: Catalogue, absolute: Absolute) -> Json:
    """The whole library. No query."""
    with override("da"):
        about = absolute(reverse("toolbox:reuse"))
        changed_at = catalogue.changed_at
        return {
            "urn": _urn("library"),
            "locale": "da",
            "ref_id": REF_ID,
            "name": SUBJECT,
            "description": (
                f"Krav til kommuners brug af AI, risici og en skala til at vurdere dem. {DISCLAIMER}. Om formatet: {about}"
            ),
            "copyright": (
                "KL. Må bruges frit, når I skriver, hvor indholdet kommer fra, hvornår det sidst er gennemgået, og at det "
                f"er vejledning og ikke juridisk rådgivning. {about}"
            ),
            "version": max(1, int((changed_at - FIRST_DAY).total_seconds())),
            "publication_date": changed_at.date(),
            "provider": "KL",
            "packager": PACKAGER,
            "dependencies": [],
            "objects": _objects(catalogue, absolute),
        }


def _objects(catalogue: Catalogue, absolute: Absolute) -> Json:
    """The objects of the library; no framework and no threats where there are none, since the importer refuses empty ones."""
    objects: Json = {}
    if threats := [_threat(risk, absolute) for risk in catalogue.risks]:
        objects["threats"] = threats
    objects["risk_matrix"] = [_matrix(catalogue.levels)]
    if nodes := list(_nodes(catalogue, absolute)):
        objects["framework"] = {
            "urn": _urn("framework"),
            "ref_id": REF_ID,
            "name": SUBJECT,
            "description": f"Krav til kommuner og leverandører. {DISCLAIMER}.",
            "implementation_groups_definition": [
                {"ref_id": level.value, "name": capfirst(str(level.label)), "description": LEVEL_TEXTS[level]}
                for level in Requirement.Level
            ],
            "requirement_nodes": nodes,
        }
    return objects


def _urn(kind: str, *keys: str) -> str:
    """The URN of an object: `urn:kl:risk:<kind>:<library>`, and the keys within it."""
    return ":".join(["urn", PACKAGER.lower(), "risk", kind, REF_ID, *(key.lower().replace("_", "-") for key in keys)])


# Framework ----------------------------------------------------------------------------------------


def _nodes(catalogue: Catalogue, absolute: Absolute) -> Iterator[Json]:
    """A node for each topic, followed by one for each of its requirements."""
    for topic in Requirement.Topic:
        items = [item for item in catalogue.requirements if item.topic == topic]
        if items:
            yield {
                "urn": _urn("req_node", topic),
                "assessable": False,
                "depth": 1,
                "name": clean_line(str(topic.label)),
            }
        for item in items:
            yield _node(item, catalogue, absolute)


def _node(item: Requirement, catalogue: Catalogue, absolute: Absolute) -> Json:
    node = {
        "urn": _urn("req_node", item.code),
        "assessable": True,
        "depth": 2,
        "parent_urn": _urn("req_node", item.topic),
        "ref_id": item.code,
        "name": clean_line(item.title),
        "description": _text([("Hvad loven kræver", item.duty), ("Ordlyd til udbud", item.wording)]),
        "annotation": _text(_notes(item, catalogue, absolute)),
        "implementation_groups": [item.level],
    }
    if evidence := clean_text(item.all_evidence).strip():
        node["typical_evidence"] = evidence
    if threats := [_urn("threat", risk.code) for risk in catalogue.linked(item, Risk.KIND)]:
        node["threats"] = threats
    return node


def _notes(item: Requirement, catalogue: Catalogue, absolute: Absolute) -> Iterator[tuple[str, str]]:
    """What the importer has no field for, each text with its heading."""
    yield "Forklaring", item.explanation
    yield "Grad", level_text(item)
    yield "Loven retter sig mod", str(item.get_addressee_display())
    yield "Brug i udbud (vores forslag)", str(item.get_tender_use_display())
    yield "Tal i ordlyden, der er vores forslag", ", ".join(item.proposals)
    yield "Gælder, hvis", "\n".join(f"- {line}" for line in condition_lines(item, catalogue))
    yield "Kilder", "\n".join(f"- {source_text(source)}" for source in catalogue.linked(item, LegalSource.KIND))
    yield "Sikkerhed", str(item.get_certainty_display())
    yield "Uafklaret", item.unsettled
    yield "Sidst gennemgået", item.reviewed_on.isoformat()
    yield "Siden i værktøjskassen", absolute(linking.url(item))


def _text(pieces: Iterable[tuple[str, str]]) -> str:
    """Texts with their headings, one below the other; empty ones are left out."""
    cleaned = ((heading, clean_text(text).strip()) for heading, text in pieces)
    return "\n\n".join(f"{heading}:\n{text}" for heading, text in cleaned if text)


# Threats and matrix -------------------------------------------------------------------------------


def _threat(risk: Risk, absolute: Absolute) -> Json:
    """The cause of a risk, with what it leads to."""
    notes = [
        ("Hændelse", risk.event),
        ("Konsekvens for borgeren", risk.consequence),
        ("Konsekvens for kommunen", risk.consequence_municipality),
        ("Gør det mere sandsynligt", risk.signs),
        ("Typiske foranstaltninger", "\n".join(f"- {clean_line(measure)}" for measure in risk.measures)),
        ("Uafklaret", risk.unsettled),
        ("Siden i værktøjskassen", absolute(linking.url(risk))),
    ]
    return {
        "urn": _urn("threat", risk.code),
        "ref_id": risk.code,
        "name": clean_line(risk.title),
        "description": clean_text(risk.cause).strip(),
        "annotation": _text(notes),
    }


def _matrix(levels: Iterable[ScaleLevel]) -> Json:
    """The scale: `grid[likelihood][consequence]` is the place of the level among `risk`, all counted from 0."""
    by_step = {(level.axis, level.level): level for level in levels}
    risks = list(RiskLevel)
    return {
        "urn": _urn("matrix"),
        "ref_id": REF_ID,
        "name": "Sandsynlighed og konsekvens for borgeren, 4 × 4",
        "description": (
            "Konsekvensen for borgeren vejer tungere end sandsynligheden. Trinene og grænserne for lav, mellem og høj risiko er "
            "et forslag. GDPR fastsætter ingen bestemt metode."
        ),
        "probability": [_step(by_step, ScaleLevel.Axis.LIKELIHOOD, step) for step in STEPS],
        "impact": [_step(by_step, ScaleLevel.Axis.CONSEQUENCE, step) for step in STEPS],
        "risk": [
            {
                "id": place,
                "abbreviation": str(place + 1),
                "name": capfirst(str(risk.label)),
                "description": RISK_TEXTS[risk],
                "hexcolor": RISK_COLOURS[risk],
            }
            for place, risk in enumerate(risks)
        ],
        "grid": [[risks.index(risk_level(likelihood, consequence)) for consequence in STEPS] for likelihood in STEPS],
    }


def _step(by_step: dict[tuple[str, int], ScaleLevel], axis: ScaleLevel.Axis, step: int) -> Json:
    """A step of an axis; with its number alone where the scale has no text on it."""
    level = by_step.get((axis, step))
    return {
        "id": step - 1,
        "abbreviation": str(step),
        "name": clean_line(level.name) if level else str(step),
        "description": f"{level.description.strip()}\n\nEksempel: {level.example.strip()}" if level else "",
        "hexcolor": COLOURS[step - 1],
    }
