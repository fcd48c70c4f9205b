"""The editions described for catalogues and search engines: DCAT-AP-DK 2.0 and schema.org, both as JSON-LD. No query.

DCAT-AP-DK: https://arkitektur.digst.dk/specifikationer/datasaet/dcat-ap-dk. What it makes mandatory is in
`tests/marketoverview/market/test_edition_pages.py`. Codes are those of the EU's authority tables, as it asks.
A licence is claimed only where KL has chosen one (setting `DATA_LICENCE`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from kl_ai.addresses import mailto

from ..models import Edition, EditionRemoval

AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
THEMES = {"GOVE": ("Regeringen og den offentlige sektor", "Government and public sector"), "TECH": ("Videnskab og teknologi", "Science and technology")}  # fmt: skip
"""Codes of the EU's data themes, with their labels in Danish and English."""
KEYWORDS = ("kunstig intelligens", "kommuner", "leverandører", "markedsoverblik", "artificial intelligence")
KL_WEBSITE = "https://www.kl.dk/"

Absolute = Callable[[str], str]
"""A path of the portal to its absolute address."""


@dataclass(frozen=True, slots=True)
class EditionFile:
    """One of the two files of an edition."""

    label: str
    ending: str
    media_type: str
    size: int
    sha256: str
    path: str


def files(edition: Edition) -> list[EditionFile]:
    """The files of the edition, with paths in the active language."""

    def path(ending: str) -> str:
        return reverse("market:edition_file", args=[edition.code, ending])

    return [
        EditionFile("JSON", "json", "application/json", edition.json_size, edition.json_sha256, path("json")),
        EditionFile("CSV", "csv", "text/csv", edition.csv_size, edition.csv_sha256, path("csv")),
    ]


def title(edition: Edition) -> str:
    """The edition's heading in the active language."""
    if edition.round:
        return _("%(round)s, published") % {"round": edition.round}
    return date_format(edition.day, "DATE_FORMAT")


def _title(edition: Edition) -> str:
    return _("Market overview, artificial intelligence: %(edition)s") % {"edition": title(edition)}


def _description(edition: Edition) -> str:
    words = {"day": date_format(edition.day, "DATE_FORMAT"), "count": edition.count}
    text = ngettext(
        "The answers of %(count)s company to KL's survey of the market for artificial intelligence to Danish "
        "municipalities, as they were public on %(day)s, with the questions of that day. Without contacts. KL recommends nobody.",
        "The answers of %(count)s companies to KL's survey of the market for artificial intelligence to Danish "
        "municipalities, as they were public on %(day)s, with the questions of that day. Without contacts. KL recommends nobody.",
        edition.count,
    )
    demo = " " + _("Demonstration data: the companies are invented.") if edition.is_demo else ""
    return text % words + demo


# DCAT-AP-DK ---------------------------------------------------------------------------------------


def catalogue(editions: Sequence[Edition], absolute: Absolute) -> dict[str, Any]:
    """The catalogue as JSON-LD: one dataset for the series, and one for each edition. The same in every language."""
    with override("da"):
        root, series = absolute(reverse("market:dcat")), f"{absolute(reverse('market:editions'))}#serie"
        issued = min((_issued(edition) for edition in editions), default=None)
        modified = max((edition.changed_on or _issued(edition) for edition in editions), default=None)
        shared = _shared(root)
        catalog = {
            "@id": root,
            "@type": "dcat:Catalog",
            "dct:title": in_both(lambda: _("Editions of the market overview, artificial intelligence")),
            "dct:description": in_both(_series_description),
            "dct:publisher": {"@id": f"{root}#kl"},
            "foaf:homepage": {"@id": absolute(reverse("market:editions")), "@type": "foaf:Document"},
            "dcat:themeTaxonomy": {
                "@id": f"{AUTHORITY}/data-theme",
                "@type": "skos:ConceptScheme",
                "dct:title": {"@value": "Data theme", "@language": "en"},
            },
            "dct:language": shared["dct:language"],
            "dct:spatial": shared["dct:spatial"],
            **_dates(issued, modified),
            **_licence(),
            "dcat:dataset": [{"@id": series}, *({"@id": _id(edition, absolute)} for edition in editions)],
        }
        nodes = [catalog, _publisher(root), _series(series, editions, absolute, shared)]
        return {
            "@context": CONTEXT,
            "@graph": nodes + [_dataset(edition, series, absolute, shared) for edition in editions],
        }


def in_both(text: Callable[[], str]) -> list[dict[str, str]]:
    """The text in Danish and in English, as literals with a language."""
    literals = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            literals.append({"@value": text(), "@language": code})
    return literals


def _series_description() -> str:
    return _(
        "Frozen editions of the companies' published answers to KL's survey of the market for artificial intelligence: "
        "one when KL declares a round published, and one on the first of each month. A company that withdraws is taken "
        "out of every edition."
    )


def _shared(root: str) -> dict[str, Any]:
    """What every dataset says alike."""
    return {
        "dct:publisher": {"@id": f"{root}#kl"},
        "dct:creator": {"@id": f"{root}#kl"},
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": "KL · Kunstig intelligens i kommunerne",
            "vcard:hasEmail": {"@id": mailto(settings.CONTACT_EMAIL)},
        },
        "dcat:theme": [_theme(code, labels) for code, labels in THEMES.items()],
        "dcat:keyword": list(KEYWORDS),
        "dct:language": {"@id": f"{AUTHORITY}/language/DAN", "@type": "dct:LinguisticSystem"},
        "dct:spatial": {"@id": f"{AUTHORITY}/country/DNK", "@type": "dct:Location"},
        "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/PUBLIC", "@type": "dct:RightsStatement"},
    }


def _theme(code: str, labels: tuple[str, str]) -> dict[str, Any]:
    danish, english = labels
    return {
        "@id": f"{AUTHORITY}/data-theme/{code}",
        "@type": "skos:Concept",
        "skos:prefLabel": [{"@value": danish, "@language": "da"}, {"@value": english, "@language": "en"}],
    }


def _publisher(root: str) -> dict[str, Any]:
    return {
        "@id": f"{root}#kl",
        "@type": ["foaf:Agent", "foaf:Organization"],
        "foaf:name": [
            {"@value": "KL", "@language": "da"},
            {"@value": "KL, Local Government Denmark", "@language": "en"},
        ],
        "foaf:homepage": {"@id": KL_WEBSITE, "@type": "foaf:Document"},
    }


def _series(id: str, editions: Sequence[Edition], absolute: Absolute, shared: dict[str, Any]) -> dict[str, Any]:
    """The dataset that the editions are versions of; a `dcat:DatasetSeries` too, for those who read DCAT 3."""
    return {
        "@id": id,
        "@type": ["dcat:Dataset", "dcat:DatasetSeries"],
        "dct:title": in_both(lambda: _("Market overview, artificial intelligence: all editions")),
        "dct:description": in_both(_series_description),
        "dct:identifier": id,
        "dcat:landingPage": {"@id": absolute(reverse("market:editions")), "@type": "foaf:Document"},
        "dct:accrualPeriodicity": {"@id": f"{AUTHORITY}/frequency/MONTHLY", "@type": "dct:Frequency"},
        **shared,
        "dct:hasVersion": [{"@id": _id(edition, absolute)} for edition in editions],
    }


def _dataset(edition: Edition, series: str, absolute: Absolute, shared: dict[str, Any]) -> dict[str, Any]:
    page = absolute(reverse("market:edition", args=[edition.code]))
    day = _day(edition.day)
    return {
        "@id": _id(edition, absolute),
        "@type": "dcat:Dataset",
        "dct:title": in_both(lambda: _title(edition)),
        "dct:description": in_both(lambda: _description(edition)),
        "dct:identifier": page,
        "dcat:landingPage": {"@id": page, "@type": "foaf:Document"},
        "dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": day, "dcat:endDate": day},
        "dct:isVersionOf": {"@id": series},
        "dcat:inSeries": {"@id": series},
        **_dates(_issued(edition), edition.changed_on or _issued(edition)),
        **shared,
        **_version_notes(edition),
        "dcat:distribution": [_distribution(edition, file, absolute) for file in files(edition)],
    }


def _distribution(edition: Edition, file: EditionFile, absolute: Absolute) -> dict[str, Any]:
    address = absolute(file.path)
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": in_both(lambda: f"{_title(edition)} ({file.label})"),
        "dcat:accessURL": {"@id": absolute(reverse("market:edition", args=[edition.code]))},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPES}/{file.media_type}", "@type": "dct:MediaType"},
        "dct:format": {"@id": f"{AUTHORITY}/file-type/{file.label}", "@type": "dct:MediaTypeOrExtent"},
        "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:decimal"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
        **_licence(),
    }


def _id(edition: Edition, absolute: Absolute) -> str:
    return absolute(reverse("market:edition", args=[edition.code])) + "#data"


def _issued(edition: Edition) -> date:
    return timezone.localdate(edition.made_at)


def _day(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}


def _dates(issued: date | None, modified: date | None) -> dict[str, Any]:
    days = {"dct:issued": issued, "dct:modified": modified}
    return {name: _day(day) for name, day in days.items() if day}


def _licence() -> dict[str, Any]:
    address = settings.DATA_LICENCE
    return {"dct:license": {"@id": address, "@type": "dct:LicenseDocument"}} if address else {}


def _version_notes(edition: Edition) -> dict[str, Any]:
    if not edition.changed_on:
        return {}
    return {"adms:versionNotes": in_both(lambda: " ".join(change_texts(edition)))}


def change_texts(edition: Edition) -> list[str]:
    """A sentence for each day on which the edition changed, in the active language. No query on prefetched removals."""
    numbers = Counter((removal.day, removal.what) for removal in edition.removals.all())
    return [_change_text(day, what, number) for (day, what), number in numbers.items()]


def _change_text(day: date, what: str, number: int) -> str:
    words = {"day": date_format(day, "DATE_FORMAT"), "number": number}
    if what == EditionRemoval.What.TEXT:
        text = ngettext(
            "Changed on %(day)s: KL has taken %(number)s text out of a company's answers.",
            "Changed on %(day)s: KL has taken %(number)s texts out of companies' answers.",
            number,
        )
    else:
        text = ngettext(
            "Changed on %(day)s: a company has withdrawn.",
            "Changed on %(day)s: %(number)s companies have withdrawn.",
            number,
        )
    return text % words


# schema.org ---------------------------------------------------------------------------------------


def series_json_ld(editions: Iterable[Edition], absolute: Absolute) -> dict[str, Any]:
    """The series as a `Dataset` of schema.org, in the active language."""
    page = absolute(reverse("market:editions"))
    parts = [
        {"@type": "Dataset", "name": _title(edition), "description": _description(edition), "url": edition_url}
        for edition in editions
        for edition_url in [absolute(reverse("market:edition", args=[edition.code]))]
    ]
    name = _("Market overview, artificial intelligence: all editions")
    return _schema_dataset(name, _series_description(), page) | {"hasPart": parts}


def edition_json_ld(edition: Edition, absolute: Absolute) -> dict[str, Any]:
    """The edition as a `Dataset` of schema.org, in the active language."""
    page = absolute(reverse("market:edition", args=[edition.code]))
    return _schema_dataset(_title(edition), _description(edition), page) | {
        "version": edition.code,
        "datePublished": _issued(edition).isoformat(),
        "dateModified": (edition.changed_on or _issued(edition)).isoformat(),
        "temporalCoverage": edition.day.isoformat(),
        "isPartOf": {"@type": "Dataset", "url": absolute(reverse("market:editions"))},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": file.media_type,
                "contentUrl": absolute(file.path),
                "contentSize": f"{file.size} B",
                "sha256": file.sha256,
            }
            for file in files(edition)
        ],
    }


def _schema_dataset(name: str, description: str, page: str) -> dict[str, Any]:
    licence = {"license": settings.DATA_LICENCE} if settings.DATA_LICENCE else {}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "url": page,
        "identifier": page,
        "inLanguage": "da",
        "isAccessibleForFree": True,
        "keywords": list(KEYWORDS),
        "spatialCoverage": "Danmark",
        "publisher": {"@type": "Organization", "name": "KL", "url": KL_WEBSITE},
        **licence,
    }
