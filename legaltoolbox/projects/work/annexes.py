"""The text of a requirement annex: what vendors see of each requirement, made from the catalogue before it is pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import override

from legaltoolbox import tender
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.annex import basis_text
from legaltoolbox.models import Requirement
from legaltoolbox.tender import Use

from ..models.annex_lines import PinnedLine


def pinned_lines(uses: Mapping[str, str], catalogue: Catalogue) -> list[PinnedLine]:
    """The requirements with these uses as vendors see them, in the order of `uses`. One that the catalogue has no more is left out.

    No query.
    """
    found = ((catalogue.find(Requirement.KIND, code), Use(use)) for code, use in uses.items())
    return [PinnedLine(item.code, use.value, item.title, line_text(item, use)) for item, use in found if item]


def line_text(item: Requirement, use: Use) -> dict[str, Any]:
    """What vendors see of a requirement beside its title, as `AnnexLine.text` keeps it. In Danish, as the catalogue. No query."""
    points = tender.points(item, use)
    introduction = points.pop(0).text if points and not points[0].is_answered else ""
    with override("da"):
        topic = str(Requirement.Topic(item.topic).label)
    return {
        "introduction": introduction,
        "points": [{"number": point.number, "text": point.text, "is_answered": point.is_answered} for point in points],
        "evidence": item.evidence,
        "basis": basis_text(item),
        "topic": topic,
    }


def in_order(uses: Mapping[str, str], catalogue: Catalogue) -> dict[str, str]:
    """These uses in the order of the catalogue; a code that it has no more comes last. No query."""
    places = {item.code: place for place, item in enumerate(catalogue.requirements)}
    return dict(sorted(uses.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[0])))
