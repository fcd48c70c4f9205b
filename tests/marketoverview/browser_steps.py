"""Steps of vendors and of KL in a browser that several journeys share."""

from tests.browser import follow
from tests.mails import newest_code


def log_in_by_code(page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    follow(page.locator("main button[type=submit]").first)
    page.wait_for_url("**/kode/**")
    page.locator("main input[autocomplete=one-time-code]").fill(newest_code())
    follow(page.locator("main button[type=submit]").first)


def tick(page, label: str) -> None:
    page.locator("label", has_text=label).first.click()


def send_back_with_a_reason(desk, review: str) -> None:
    """KL writes it at the very question."""
    desk.goto(review)
    desk.locator("[name='remark-services']").evaluate("field => field.closest('details').open = true")
    desk.locator("[name='remark-services']").fill("Hvad mener I med dataetik?")
    follow(desk.get_by_role("button", name="Send tilbage"))


def hand_in(page) -> None:
    if "/gennemse/" not in page.url:
        follow(page.get_by_role("link", name="Gennemse og indsend").first)
    for box in page.locator("main form input[type=checkbox]").all():
        box.check(force=True)
    follow(page.get_by_role("button", name="Indsend til KL"))
