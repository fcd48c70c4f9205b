"""The difference between a response and what is public."""

import pytest

from marketoverview.models import Response, map_answer
from marketoverview.review.diff import MAX_DIFF_LENGTH, ItemDiff, count_changes, diff_items, diff_words
from tests.builders import make_offering, make_option, make_question, make_response, make_user

pytestmark = pytest.mark.django_db


def loaded(response: Response) -> Response:
    return Response.objects.with_everything().get(pk=response.pk)


def correction(public: Response) -> Response:
    """The vendor's next draft, begun from what is public."""
    return Response.begin(public.vendor, public.round, make_user(member_of=public.vendor))


def diffs(response: Response, public: Response | None) -> dict[str, ItemDiff]:
    """Item to its difference."""
    return {diff.item: diff for diff in diff_items(loaded(response), public and loaded(public))}


def kinds_and_texts(pieces) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("Vi hjælper", "Vi hjælper", [("same", "Vi hjælper")]),
        ("", "Vi hjælper", [("added", "Vi hjælper")]),
        ("Vi hjælper", "", [("removed", "Vi hjælper")]),
        (
            "Vi hjælper små kommuner",
            "Vi hjælper store kommuner",
            [("same", "Vi hjælper"), ("removed", " små"), ("added", " store"), ("same", " kommuner")],
        ),
        ("a <b>", "a <i>", [("same", "a"), ("removed", " <b>"), ("added", " <i>")]),
    ],
)
def test_words_are_marked_one_by_one(old, new, expected):
    assert kinds_and_texts(diff_words(old, new)) == expected


def test_both_texts_can_be_put_together_from_the_pieces_again():
    old, new = "En to\ntre  fire\n", "En  to fem\n\nfire og seks "
    pieces = diff_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert "".join(piece.text for piece in pieces if piece.kind != "added").split() == old.split()


def test_a_text_without_end_is_shown_whole():
    pieces = diff_words("a " * MAX_DIFF_LENGTH, "b " * MAX_DIFF_LENGTH)
    assert [piece.kind for piece in pieces] == ["removed", "added"]


def test_an_untouched_correction_changes_nothing():
    public = make_response(answers={"services": ["advisory", "other"]}, offerings=[{"title": "Post", "stage": "pilot"}])
    draft = correction(public)
    assert {item: diff.kind for item, diff in diffs(draft, public).items()} == dict.fromkeys(
        ["company_name", "website", "description", "services", "offerings", "contact"], "same"
    )
    assert count_changes(list(diffs(draft, public).values())) == 0


def test_everything_is_new_the_first_time():
    first = make_response(status="submitted", answers={"services": ["advisory"]}, offerings=[{"title": "Post"}])
    kinds = {item: diff.kind for item, diff in diffs(first, None).items()}
    assert kinds == {
        "company_name": "added",
        "website": "same",
        "description": "added",
        "services": "added",
        "offerings": "added",
        "contact": "added",
    }


def test_options_come_and_go_and_own_words_change():
    public = make_response(answers={"services": ["advisory", "other"]}, own_words={"services": "Etik og jura"})
    draft = correction(public)
    draft.answers.get(option__code="advisory").delete()
    draft.answers.filter(option__code="other").update(own_words="Etik og data")
    new = make_option(make_question("services"), "legal")
    draft.answers.create(option=new)
    diff = diffs(draft, public)["services"]
    assert diff.kind == "changed"
    assert [(line.label, line.kind) for line in diff.groups[0].lines] == [
        ("Svar advisory", "removed"),
        ("Svar other", "changed"),
        ("Svar legal", "added"),
    ]
    assert kinds_and_texts(diff.groups[0].lines[1].pieces)[1:] == [("removed", " jura"), ("added", " data")]


def test_a_question_that_only_the_public_response_answers_is_removed():
    public = make_response(answers={"services": ["advisory"]})
    draft = correction(public)
    draft.answers.all().delete()
    assert diffs(draft, public)["services"].kind == "removed"


def test_what_kl_counts_is_no_change_of_the_vendors():
    public = make_response(answers={"services": ["other"]})
    draft = correction(public)
    map_answer(public.answers.get(), make_option(make_question("services"), "legal"), make_user())
    assert not diffs(draft, public)["services"].is_change


def test_an_example_is_followed_by_its_title_or_else_by_its_words():
    public = make_response(
        offerings=[
            {"title": "Postsortering", "description": "Sorterer post for kommuner"},
            {"title": "Tale", "description": "Skriver møder ud fra tale"},
            {"title": "Billeder", "description": "Finder huller i veje"},
        ]
    )
    draft = correction(public)
    draft.offerings.filter(title="Postsortering").update(title="Sortering", description="Sorterer al post for kommuner")
    draft.offerings.filter(title="Tale").update(stage="operation")
    draft.offerings.filter(title="Billeder").delete()
    make_offering(draft, "Noget helt andet", position=9)
    diff = diffs(draft, public)["offerings"]
    assert [(group.heading, group.kind) for group in diff.groups] == [
        ("Sortering", "changed"),
        ("Tale", "changed"),
        ("Noget helt andet", "added"),
        ("Billeder", "removed"),
    ]
    assert [line.kind for line in diff.groups[0].lines] == ["changed", "changed"]
    assert [line.kind for line in diff.groups[1].lines] == ["same", "same", "added"]


def test_another_order_of_the_examples_is_a_change():
    public = make_response(offerings=[{"title": "Post"}, {"title": "Tale"}])
    draft = correction(public)
    draft.move_offering(draft.offerings.get(title="Tale").key, -1, None)
    diff = diffs(draft, public)["offerings"]
    assert diff.kind == "changed"
    assert kinds_and_texts(diff.groups[-1].lines[0].pieces) != []


def test_name_website_and_contact_are_compared_with_what_is_public():
    public = make_response("Agern", contact_name="Pia Prøve", contact_consent=True)
    draft = correction(public)
    Response.objects.filter(pk=draft.pk).update(
        company_name="Agern A/S", website="https://agern.example", contact_name="", contact_consent=False
    )
    kinds = {item: diff.kind for item, diff in diffs(draft, public).items()}
    assert (kinds["company_name"], kinds["website"], kinds["contact"]) == ("changed", "added", "changed")


def test_the_difference_costs_no_query(django_assert_num_queries):
    public = make_response(answers={"services": ["advisory", "other"]}, offerings=[{"title": "Post"}] * 3)
    draft = correction(public)
    before, after = loaded(public), loaded(draft)
    with django_assert_num_queries(0):
        diff_items(after, before)
