"""The files of an edition, read; a public vendor with everything that a response can hold."""

import csv
import hashlib
import io
import json

from marketoverview.models import Edition, Response, map_answer
from tests.builders import make_curator, make_option, make_response

PERSON, MAILBOX, PHONE = "Nora Nordlys", "hemmelig@agern.example", "+45 12 34 56 78"


def json_file(edition: Edition) -> dict:
    return json.loads(b"".join(edition.json_chunks()))


def csv_file(edition: Edition) -> list[dict[str, str]]:
    text = b"".join(edition.csv_chunks()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def names(edition: Edition) -> list[str]:
    return [company["name"] for company in json_file(edition)["companies"]]


def checked(edition: Edition) -> Edition:
    """The edition as it is stored; its number, sizes and checksums are those of its files."""
    edition.refresh_from_db()
    for chunks, size, checksum in (
        (edition.json_chunks(), edition.json_size, edition.json_sha256),
        (edition.csv_chunks(), edition.csv_size, edition.csv_sha256),
    ):
        content = b"".join(chunks)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, checksum)
    assert (
        len(csv_file(edition)) == len(json_file(edition)["companies"]) == json_file(edition)["count"] == edition.count
    )
    return edition


def make_full_response() -> Response:
    """A public vendor with everything: ticks, own words that KL counts, an example, and a named contact."""
    response = make_response(
        "Agern",
        answers={"services": ["other", "advisory"], "technologies": ["nlp"]},
        own_words={"services": "Dataetik; æøå"},
        offerings=[{"title": "Post", "stage": "pilot", "options": {"technologies": ["nlp"]}}],
        contact_name=PERSON,
        contact_consent=True,
        contact_email=MAILBOX,
        contact_phone=PHONE,
        website="https://agern.example/",
    )
    own = response.answers.get(option__code="other")
    map_answer(own, make_option(own.option.question, "ethics"), make_curator())
    return response
