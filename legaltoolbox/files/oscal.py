"""The requirements as an OSCAL catalog (NIST, version 1.1.3): a group for each topic, a control for each requirement.

Texts are Danish at every address. Identifiers do not change: a UUID follows from the key of what it names, that of the
document from its whole content, so it is another one exactly when something in the document is. What OSCAL has no name for
stands in the namespace `NAMESPACE`. The tests hold the file against NIST's JSON Schema and the rules beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import override

from kl_ai.export import prose
from kl_ai.export.downloads import open_to_websites
from kl_ai.text import clean_line

from .. import linking
from ..catalogue import Catalogue
from ..models import Activity, LegalSource, Phase, Requirement, Risk
from .texts import DISCLAIMER, SUBJECT, condition_lines

OSCAL_VERSION = "1.1.3"
IDENTIFIERS = UUID("58d9d49d-60e7-40af-96b6-599f8ff45d52")
"""The UUIDs of the document and its parts derive from this one (RFC 9562, version 5). It never changes."""
NAMESPACE = IDENTIFIERS.urn
"""The namespace of the properties and parts that are the portal's own."""
METHODS = "http://csrc.nist.gov/ns/rmf"
"""NIST's namespace of the methods of an assessment."""
TITLE = f"{SUBJECT}: krav"
TERMS = (
    f"{DISCLAIMER}. Må bruges frit, når I skriver, hvor indholdet kommer fra, hvornår det sidst er "
    "gennemgået, og at det er vejledning."
)
RESOURCE_TYPES = {
    LegalSource.Kind.ACT: "law",
    LegalSource.Kind.PROVISION: "law",
    LegalSource.Kind.ORDER: "regulation",
    LegalSource.Kind.STANDARD: "standard",
    LegalSource.Kind.GUIDELINE: "external-guidance",
}
"""OSCAL's types of a resource; a bill, a judgment or a decision is a `citation`."""

Json = dict[str, Any]
Absolute = Callable[[str], str]
"""From a path to an absolute address."""


def response(catalogue: Catalogue, request: HttpRequest) -> HttpResponse:
    """The file, which pages of other sites may fetch too."""
    content = document(catalogue, request.build_absolute_uri)
    return open_to_websites(JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}))


def document(catalogue: Catalogue, absolute: Absolute) -> Json:
    """The whole document. No query."""
    with override("da"):
        body = _body(catalogue, absolute)
        # The same content has the same UUID at whatever address the portal is.
        content = json.dumps(_body(catalogue, str), ensure_ascii=False, sort_keys=True)
        changed_at = catalogue.changed_at
        metadata = {
            "title": _markup(TITLE),
            "last-modified": changed_at.isoformat(),
            "version": f"{changed_at:%Y-%m-%d.%H%M%S}",
            "oscal-version": OSCAL_VERSION,
            **body.pop("metadata"),
        }
        return {"catalog": {"uuid": str(uuid5(IDENTIFIERS, content)), "metadata": metadata, **body}}


def _body(catalogue: Catalogue, absolute: Absolute) -> Json:
    """The document without its UUID and what says when it last changed."""
    groups = [_group(topic, catalogue, absolute) for topic in Requirement.Topic]
    used = {source.pk for item in catalogue.requirements for source in catalogue.linked(item, LegalSource.KIND)}
    body: Json = {"metadata": _metadata(catalogue, absolute)}
    # OSCAL has no empty lists.
    if groups := [group for group in groups if group]:
        body["groups"] = groups
    if resources := [_resource(source, absolute) for source in catalogue.sources if source.pk in used]:
        body["back-matter"] = {"resources": resources}
    return body


def _metadata(catalogue: Catalogue, absolute: Absolute) -> Json:
    publisher = _uuid("party", "KL")
    reviewed = min((item.reviewed_on for item in catalogue.requirements), default=None)
    return {
        "props": _props([("language", "da"), *([("reviewed-on", reviewed.isoformat())] if reviewed else [])]),
        "links": [
            {"href": absolute(reverse("toolbox:oscal")), "rel": "canonical"},
            {"href": absolute(reverse("toolbox:catalogue")), "rel": "alternate", "text": "Hele kataloget som JSON"},
            {"href": absolute(reverse("toolbox:reuse")), "rel": "reference", "text": "Om formatet og vilkårene"},
        ],
        "roles": [{"id": "creator", "title": "Udgiver"}],
        "parties": [{"uuid": publisher, "type": "organization", "name": "KL"}],
        "responsible-parties": [{"role-id": "creator", "party-uuids": [publisher]}],
        "remarks": _markup(TERMS),
    }


# Controls -----------------------------------------------------------------------------------------


def _group(topic: Requirement.Topic, catalogue: Catalogue, absolute: Absolute) -> Json | None:
    """The requirements of a topic; None where there are none."""
    controls = [_control(item, catalogue, absolute) for item in catalogue.requirements if item.topic == topic]
    return {"id": _token(topic), "title": _markup(str(topic.label)), "controls": controls} if controls else None


def _control(item: Requirement, catalogue: Catalogue, absolute: Absolute) -> Json:
    links = [
        {"href": f"#{_uuid(source.KIND, source.key)}", "rel": "reference", "text": clean_line(source.name)}
        for source in catalogue.linked(item, LegalSource.KIND)
    ]
    page = {"href": absolute(linking.url(item)), "rel": "alternate", "text": f"{item.code} i værktøjskassen"}
    return {
        "id": _token(item.code),
        "title": _markup(item.title),
        "props": [
            {"name": "label", "value": item.code},
            {"name": "sort-id", "value": item.code.lower()},
            *_props(_values(item, catalogue), level=item.level_note),
        ],
        "links": [*links, page],
        "parts": list(_parts(item, catalogue)),
    }


def _values(item: Requirement, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """The names and values of a requirement's own properties."""
    yield "level", item.level
    yield "tender-use", item.tender_use
    yield "addressee", item.addressee
    yield "certainty", item.certainty
    yield "reviewed-on", item.reviewed_on.isoformat()
    yield "review-by", item.review_by.isoformat()
    if item.confirmed_on:
        yield "confirmed-on", item.confirmed_on.isoformat()
    for kind in (Phase.KIND, Risk.KIND, Activity.KIND):
        yield from ((kind, other.key) for other in catalogue.linked(item, kind))
    yield from (("proposal", text) for text in item.proposals)


def _parts(item: Requirement, catalogue: Catalogue) -> Iterator[Json]:
    """What the law demands, the wording, the explanation, the evidence, what is not settled, and when it applies."""
    code = _token(item.code)
    yield from _prose_part(f"{code}_ovw", "overview", item.duty, title="Hvad loven kræver")
    yield {"id": f"{code}_smt", "name": "statement", "title": "Ordlyd til udbud", "prose": _prose(item.wording)}
    yield from _prose_part(f"{code}_gdn", "guidance", item.explanation)
    if evidence := list(_prose_part(f"{code}_obj", "assessment-objects", item.all_evidence, title="Bevis")):
        yield {
            "id": f"{code}_asm",
            "name": "assessment-method",
            "props": [{"name": "method", "ns": METHODS, "value": "EXAMINE"}],
            "parts": evidence,
        }
    yield from _prose_part(f"{code}_uns", "unsettled", item.unsettled, ns=NAMESPACE, title="Uafklaret")
    conditions = "\n".join(f"- {line}" for line in condition_lines(item, catalogue))
    yield from _prose_part(f"{code}_cnd", "applies-if", conditions, ns=NAMESPACE, title="Gælder, hvis")


def _prose_part(part_id: str, name: str, text: str, **more: str) -> Iterator[Json]:
    """A part with this text; none where the text is empty."""
    if written := _prose(text):
        yield {"id": part_id, "name": name, **more, "prose": written}


# Sources ------------------------------------------------------------------------------------------


def _resource(source: LegalSource, absolute: Absolute) -> Json:
    values = [("key", source.key), ("legal-status", source.status), ("certainty", source.certainty)]
    if source.applies_from:
        values.append(("applies-from", source.applies_from.isoformat()))
    links = [{"href": source.address}] if source.address else []
    resource: Json = {"uuid": _uuid(source.KIND, source.key), "title": _markup(source.name)}
    if description := _prose(source.summary):
        resource["description"] = description
    return {
        **resource,
        "props": [
            {"name": "type", "value": RESOURCE_TYPES.get(LegalSource.Kind(source.kind), "citation")},
            *_props(values),
        ],
        "citation": {"text": _markup(f"{source.name}: {source.title}")},
        "rlinks": [*links, {"href": absolute(linking.url(source)), "media-type": "text/html"}],
    }


# Values -------------------------------------------------------------------------------------------


def _props(values: Iterable[tuple[str, str]], **remarks: str) -> list[Json]:
    """Properties of the portal's own; `remarks` are texts on them by their names."""
    return [
        {"name": name, "ns": NAMESPACE, "value": line}
        | ({"remarks": _prose(remarks[name])} if remarks.get(name) else {})
        for name, value in values
        if (line := clean_line(value))
    ]


def _uuid(*names: str) -> str:
    """The UUID of what these names name, such as the kind and the key of an item."""
    return str(uuid5(IDENTIFIERS, "/".join(names)))


def _token(text: str) -> str:
    """An identifier as OSCAL has it, from a code or a key."""
    return text.lower().replace("_", "-")


_SPECIAL = re.compile(r"[\\`*_\[\]<>~^{}|&]")
_BEGINNING = re.compile(r"^([#+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)
"""What begins a heading, a list or a rule in Markdown."""


def _escaped(text: str) -> str:
    """The text so that Markdown shows it as it stands."""
    text = _SPECIAL.sub(r"\\\g<0>", text)
    return _BEGINNING.sub(lambda match: f"{match[1]}\\" if match[1].isdigit() else f"\\{match[1]}", text)


def _markup(text: str) -> str:
    """One line of OSCAL's Markdown."""
    return _escaped(clean_line(text))


def _prose(text: str) -> str:
    """Paragraphs and lists as OSCAL's Markdown; "" for a text without content."""
    written = []
    for block in prose.blocks(text):
        if isinstance(block, prose.Bullets):
            written.append("\n".join(f"- {_escaped(item)}" for item in block.items))
        else:
            written.append(_escaped(block.text))
    return "\n\n".join(written)
