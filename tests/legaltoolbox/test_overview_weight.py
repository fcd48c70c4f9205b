"""What the one-pager costs, whatever its address holds: memory, and bytes on the way to the reader."""

from legaltoolbox.catalogue import catalogues
from tests.legaltoolbox.six_uses import USES

OVERVIEW = "/en/juridisk-vaerktoejskasse/"
EVERY_ANSWER = "&".join(
    f"{code}={'no' if code in ('udvikler', 'hoejrisiko', 'profilering') else 'yes'}"
    for code in USES["skrivehjælp"]["answers"]
)


def test_pieces_of_situations_are_kept_up_to_a_limit_and_the_others_do_not_grow(content_rows, client, monkeypatch):
    """Whoever asks for thousands of situations does not fill the memory, and everyone gets the same page as before."""
    catalogue = catalogues.current()
    client.get(f"{OVERVIEW}?rolle=dpo&{EVERY_ANSWER}")
    first = client.get(f"{OVERVIEW}?personoplysninger=yes").content
    monkeypatch.setattr(catalogue.rendered, "most", 60)
    monkeypatch.setattr(catalogue.rendered, "most_letters", 30_000)
    questions = [question.code for question in catalogue.questions]
    roles = ["", *(role.slug for role in catalogue.roles)]
    for role in roles:  # everything that follows from the content alone
        for answer in ("yes", "no"):
            client.get(f"{OVERVIEW}?rolle={role}&{'&'.join(f'{code}={answer}' for code in questions)}")
    kept = len(catalogue.memo)
    for number in range(60):
        answers = "&".join(f"{code}={('yes', 'no')[number >> place & 1]}" for place, code in enumerate(questions[:6]))
        client.get(f"{OVERVIEW}?rolle={roles[number % len(roles)]}&{answers}&x={number}")
        assert len(catalogue.rendered) <= 60
        assert catalogue.rendered.letters <= 30_000
    assert catalogues.current() is catalogue
    assert len(catalogue.memo) <= kept + 2 * len(questions)  # a question that follows from no is another field
    assert client.get(f"{OVERVIEW}?personoplysninger=yes").content == first


def test_the_page_with_a_role_and_all_answers_stays_light(content, client):
    """The situation stands in each of its links, and a page of KL's was 430 kB of them and of reasons said twice."""
    page = client.get(f"/juridisk-vaerktoejskasse/?rolle=projektleder&{EVERY_ANSWER}").content
    assert len(page) < 280_000
    assert len(client.get("/juridisk-vaerktoejskasse/").content) < 180_000
