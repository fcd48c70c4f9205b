"""Random selections of the demonstration data, and how many vendors they have in plain SQL."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django.db import connection
from hypothesis import strategies as st

# Codes are part of the public contract: they stand in addresses and files and are never reused.
SURVEY = {
    "services": ("implementation", "development", "advisory", "legal-advisory", "other"),
    "technologies": ("prediction", "representation", "nlp", "planning", "object-recognition", "speech", "other"),
    "business-areas": (
        "administration", "casework", "technical-environment", "health", "finance-insurance", "social",
        "employment", "children-youth", "procurement", "other",
    ),
    "barriers": ("data", "law", "legislative-barriers", "ethics", "competences", "other"),
    "company-size": ("1-9", "10-49", "50-249", "250-plus"),
    "municipal-experience": ("none", "1-4", "5-19", "20-plus"),
}  # fmt: skip

Selection = Mapping[str, Sequence[str]]
"""Question code to the codes of the chosen options."""


def _options(code: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(SURVEY[code]), min_size=1, max_size=3, unique=True)


selections: st.SearchStrategy[dict[str, list[str]]] = st.lists(
    st.sampled_from(sorted(SURVEY)), unique=True, max_size=3
).flatmap(lambda codes: st.fixed_dictionaries({code: _options(code) for code in codes}))

words = st.sampled_from(("", "", "", "data", "kommune", "sagsbehandling", "borgere"))
"""Free text: mostly none."""


def query_string(selection: Selection, q: str = "") -> str:
    pairs = [(code, option) for code, options in selection.items() for option in options]
    return f"?{urlencode([*([('q', q)] if q else []), *pairs])}"


def count_by_sql(selection: Selection, *also: tuple[str, str]) -> int:
    """The published responses with one of the options in each question, and with all of these (question, option)."""
    sql = "SELECT COUNT(*) FROM marketoverview_response r WHERE r.status = 'published'"
    return _count(sql, [*selection.items(), *((code, [option]) for code, option in also)])


def offerings_by_sql(selection: Selection, *together: tuple[str, str]) -> int:
    """The offerings of the selection's vendors that have all of these (question, option) together."""
    sql = (
        "SELECT COUNT(*) FROM marketoverview_sampleoffering s JOIN marketoverview_response r ON r.id = s.response_id "
        "WHERE r.status = 'published'"
    )
    has_option = (
        " AND s.id IN (SELECT so.sampleoffering_id FROM marketoverview_sampleoffering_options so "
        "JOIN marketoverview_option o ON o.id = so.option_id JOIN marketoverview_question q ON q.id = o.question_id "
        "WHERE q.code = %s AND o.code = %s)"
    )
    parameters = [part for pair in together for part in pair]
    return _count(sql + has_option * len(together), selection.items(), parameters)


def _count(sql: str, chosen: Iterable[tuple[str, Sequence[str]]], before: Sequence[str] = ()) -> int:
    parameters = list(before)
    for code, options in chosen:
        sql += (
            " AND r.id IN (SELECT a.response_id FROM marketoverview_answer a "
            "JOIN marketoverview_option o ON o.id = a.option_id JOIN marketoverview_question q ON q.id = o.question_id "
            f"WHERE q.code = %s AND o.code IN ({', '.join(['%s'] * len(options))}))"
        )
        parameters += [code, *options]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]
