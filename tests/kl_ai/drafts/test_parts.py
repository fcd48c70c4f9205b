"""Two people on one part of a draft: the second overwrites nothing unseen, and is no conflict to the own self."""

import pytest

from kl_ai.drafts.parts import ChangedMeanwhile, Difference, changed_items, differences, fingerprint, value_text

STORED = {"title": "Gammel", "tags": {"a": "", "b": "Etik"}, "consent": False}


def last_save() -> str:
    return "Ida, kl. 9"


def fail_if_called():
    raise AssertionError("nobody was first")


def test_equal_content_has_one_fingerprint_and_other_content_another():
    reordered = {"consent": False, "tags": {"b": "Etik", "a": ""}, "title": "Gammel"}
    assert fingerprint(STORED) == fingerprint(reordered)
    assert len({fingerprint(STORED), fingerprint(STORED | {"consent": True}), fingerprint({})}) == 3


def test_what_was_typed_on_a_page_that_showed_what_is_stored_is_saved():
    typed = {"title": "Ny", "consent": False}
    assert changed_items(STORED, typed, fingerprint(STORED), fail_if_called) == {"title": "Ny"}


def test_what_somebody_else_has_saved_since_is_not_overwritten():
    seen = fingerprint(STORED | {"title": "Ældre"})
    with pytest.raises(ChangedMeanwhile) as changed:
        changed_items(STORED, {"title": "Ny"}, seen, last_save)
    assert changed.value.stored == STORED
    assert changed.value.saved == "Ida, kl. 9"


@pytest.mark.parametrize("seen", ["", "an older page"])
def test_typing_what_is_stored_already_is_no_conflict(seen):
    assert changed_items(STORED, {"title": "Gammel", "tags": {"b": "Etik", "a": ""}}, seen, fail_if_called) == {}


def test_the_second_person_is_shown_both_versions_of_what_differs():
    typed = {"title": "Ny", "tags": STORED["tags"], "consent": True}
    conflict_lines = differences(STORED, typed, str.upper, lambda item, value: f"{item}={value_text(value)}")
    assert conflict_lines == [
        Difference("TITLE", "title=Gammel", "title=Ny"),
        Difference("CONSENT", "consent=nej", "consent=ja"),
    ]
