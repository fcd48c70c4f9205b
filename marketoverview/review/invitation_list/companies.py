"""The companies of a list: what each line says, what it leaves open, and why it cannot be invited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from kl_ai.addresses import canonical_address, readable_address
from kl_ai.text import clean_line
from kl_ai.validators import validate_line

from ...company_names import normalized_name
from .cells import address_problem, has_legal_form, read_addresses
from .columns import column_sentences, resolved_columns
from .headings import find_headings
from .letters import has_doubtful_letters, has_impossible_letters
from .passing import PassedLine, sort_out
from .rows import RowContent, doubtful_columns, read_by_content, read_by_headings, read_cells
from .table import MAX_BYTES, MAX_CELLS, Row, read_rows, too_many_bytes, too_many_cells

MAX_NAME_LENGTH = 120
LEAVE_OUT = "leave-out"
"""The answer to any question that leaves the line out."""
NO_NUMBER = "none"
TOO = "too"


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """What only KL can say about a line: the `field` whose value is open, and the (value, label) pairs to choose from."""

    field: str
    text: str
    alternatives: tuple[tuple[str, str], ...]
    answer: str = ""
    """One of the values, `LEAVE_OUT`, or "" while nobody has answered."""


@dataclass(frozen=True, slots=True)
class ListedCompany:
    """One company of the list; `problem` is a sentence that says why it cannot be invited, or ""."""

    index: int
    """Its place in the list, from 0: a line may name two."""
    line_number: int
    name: str
    email: str
    cvr_number: str
    country: str = "DK"
    problem: str = ""
    notes: tuple[str, ...] = ()
    """Sentences about what stands in the line and is not used."""
    questions: tuple[ListQuestion, ...] = ()

    @property
    def readable_email(self) -> str:
        """The address as pages show it."""
        return readable_address(self.email)

    @property
    def is_left_out(self) -> bool:
        return any(question.answer == LEAVE_OUT for question in self.questions)

    @property
    def is_open(self) -> bool:
        """Whether a question about the line waits for its answer."""
        return not self.problem and not self.is_left_out and any(not question.answer for question in self.questions)

    def with_question(self, question: ListQuestion, answers: Mapping[str, str]) -> "ListedCompany":
        """The company with one question more, and its answer of those by `<index>-<field>`."""
        return replace(self, questions=(*self.questions, _answer(self.index, question, answers)))


@dataclass(frozen=True, slots=True)
class CompanyList:
    columns: tuple[str, ...]
    """A sentence for each column: what it was read as."""
    companies: tuple[ListedCompany, ...]
    passed: tuple[PassedLine, ...]
    """The lines that name no company: titles, headings, totals."""
    heading_lines: tuple[int, ...] = ()
    """The numbers of the lines on which the rows of the headings begin."""


def read_list(text: str, answers: Mapping[str, str] | None = None) -> CompanyList:
    """The companies in the order of the text.

    `answers` are those to the questions, by `<index>-<field>`; an answer that is none of a question's alternatives
    counts as none. Raises `ValidationError` for a text that is too long or too wide.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise too_many_bytes()
    rows = read_rows(text)
    headings = find_headings(rows)
    heading_lines = tuple(row.number for row in rows[headings.first : headings.end]) if headings else ()
    rows, passed = sort_out(rows, headings)
    columns = resolved_columns(headings, rows)
    if read_cells(rows, columns) > MAX_CELLS:
        raise too_many_cells()
    doubtful = frozenset() if columns else doubtful_columns(rows)
    contents: list[tuple[Row, RowContent]] = []
    for row in rows:
        parts = [row] if columns else _people(row)
        contents += [
            (part, read_by_headings(part, columns) if columns else read_by_content(part, doubtful)) for part in parts
        ]
    companies = _without_repetitions(
        [_answered(_company(index, row, content), answers or {}) for index, (row, content) in enumerate(contents)],
        answers or {},
    )
    return CompanyList(column_sentences(columns), companies, passed, heading_lines)


def _people(row: Row) -> list[Row]:
    """The row, or a row for each cell where every one holds an address and nothing but, as in `A <a@…>; B <b@…>`."""
    cells = [cell for cell in row.cells if cell]
    if len(cells) > 1 and all(read_addresses(cell).is_pure for cell in cells):
        return [Row(row.number, (cell,), row.is_unbalanced) for cell in cells]
    return [row]


def _company(index: int, row: Row, content: RowContent) -> ListedCompany:
    questions: list[ListQuestion] = []
    notes = list(content.notes)
    name = _name(content, questions, notes)
    email = content.addresses[0] if content.addresses else ""
    if len(content.addresses) > 1:
        questions.append(_question("email", gettext("Which address?"), content.addresses))
    cvr_number, country = _number(content, questions), content.country or "DK"
    if cvr_number and country != "DK":
        labels = (
            (("DK", gettext("A Danish company with the CVR number %(number)s"))),
            (country, gettext("A company in %(country)s without a CVR number")),
        )
        words = {"number": cvr_number, "country": country}
        alternatives = tuple((value, label % words) for value, label in labels)
        questions.append(ListQuestion("country", gettext("Which is right?"), alternatives))
    problems = [*_row_problems(row, name), *content.problems, *_problems(content, name)]
    return ListedCompany(
        index=index,
        line_number=row.number,
        name=name,
        email=canonical_address(email),
        cvr_number=cvr_number,
        country=country,
        problem=" ".join(dict.fromkeys(problems)),
        notes=tuple(notes),
        questions=() if problems else tuple(questions),
    )


def _question(field: str, text: str, values: Sequence[str]) -> ListQuestion:
    return ListQuestion(field, text, tuple((value, value) for value in values))


def _name(content: RowContent, questions: list[ListQuestion], notes: list[str]) -> str:
    """The company's name, or the first of those that it may be, with a question."""
    names = content.names or content.names_at_addresses
    if not names:
        return ""
    if len(names) > 1:
        questions.append(_question("name", gettext("Which is the company's name?"), names))
    elif not content.names and not has_legal_form(names[0]):
        text = gettext("Is “%(name)s” the company's name?")
        alternatives = ((names[0], gettext("Yes")),)
        questions.append(ListQuestion("name", text % {"name": names[0]}, alternatives))
    elif not content.names:
        notes.append(gettext("“%(name)s” beside the address is taken for the company's name.") % {"name": names[0]})
    if len(names) == 1 and has_doubtful_letters(names[0]):
        text = gettext("Are the letters of “%(name)s” right?")
        questions.append(ListQuestion("letters", text % {"name": names[0]}, ((TOO, gettext("Yes")),)))
    return names[0]


def _number(content: RowContent, questions: list[ListQuestion]) -> str:
    """The CVR number; the first of several, or one that may be something else, with a question."""
    if not content.numbers:
        return ""
    if len(content.numbers) > 1 or not content.is_number_sure:
        alternatives = (*((number, number) for number in content.numbers), (NO_NUMBER, gettext("None")))
        questions.append(ListQuestion("cvr_number", gettext("Which is the CVR number?"), alternatives))
    return content.numbers[0]


def _row_problems(row: Row, name: str) -> list[str]:
    if row.is_unbalanced or (name.count('"') % 2 and '"' in (name[0], name[-1])):
        return [gettext("A quotation mark is missing.")]
    return []


def _problems(content: RowContent, name: str) -> list[str]:
    """Why a company with this name and these addresses cannot be invited."""
    problems = [
        f"“{clean_line(address, 60)}”: {text}" for address in content.addresses if (text := address_problem(address))
    ]
    if not content.addresses and not content.problems:
        problems.append(gettext("There is no e-mail address."))
    if has_impossible_letters("".join((name, *content.addresses))):
        problems.append(
            gettext("“%(name)s” has letters that were damaged when the file was saved. Save it anew as UTF-8 or .xlsx.")
            % {"name": clean_line(name, 60)}
        )
    elif not name:
        if not content.problems:
            problems.append(gettext("There is no company name."))
    elif not any(character.isalpha() for character in name):
        sentence = gettext("“%(cell)s” has no letters, so it is no company's name.")
        problems.append(sentence % {"cell": clean_line(name, 60)})
    elif len(name) > MAX_NAME_LENGTH:
        problems.append(gettext("The company name is too long."))
    else:
        try:
            validate_line(name)
        except ValidationError as error:
            problems += error.messages
    return problems


# Answers, and lines that name the same company ---------------------------------------------------


def _answer(index: int, question: ListQuestion, answers: Mapping[str, str]) -> ListQuestion:
    answer = answers.get(f"{index}-{question.field}", "")
    is_known = answer == LEAVE_OUT or answer in dict(question.alternatives)
    return replace(question, answer=answer) if is_known else question


def _answered(company: ListedCompany, answers: Mapping[str, str]) -> ListedCompany:
    """The company with the values that KL has chosen."""
    questions = tuple(_answer(company.index, question, answers) for question in company.questions)
    chosen = {question.field: question.answer for question in questions if question.answer not in ("", LEAVE_OUT)}
    cvr_number, country = chosen.get("cvr_number", company.cvr_number), chosen.get("country", company.country)
    has_none = cvr_number == NO_NUMBER or country != "DK"
    return replace(
        company,
        questions=questions,
        name=chosen.get("name", company.name),
        email=canonical_address(chosen.get("email", company.email)),
        cvr_number="" if has_none else cvr_number,
        country=country,
    )


def _without_repetitions(companies: Sequence[ListedCompany], answers: Mapping[str, str]) -> tuple[ListedCompany, ...]:
    """The companies; a problem where an address stands on an earlier line, a question where a company does."""
    lines: dict[str, int] = {}
    result = []
    for company in companies:
        if company.problem or company.is_open or company.is_left_out:
            result.append(company)
            continue
        keys = (company.email, company.cvr_number, normalized_name(company.name))
        by_address, by_number, by_name = (lines.get(f"{kind} {key}") if key else None for kind, key in enumerate(keys))
        if by_address:
            problem = gettext("The address stands on line %(number)s already.") % {"number": by_address}
            company = replace(company, problem=problem)
        elif same := by_number or by_name:
            company = _asked_about_repetition(company, same, answers)
        for kind, key in enumerate(keys):
            lines.setdefault(f"{kind} {key}", company.line_number)
        result.append(company)
    return tuple(result)


def _asked_about_repetition(company: ListedCompany, line_number: int, answers: Mapping[str, str]) -> ListedCompany:
    text = gettext("The company stands on line %(number)s with another address. Invite this one, too?")
    question = ListQuestion("again", text % {"number": line_number}, ((TOO, gettext("Yes")),))
    return company.with_question(question, answers)
