"""The receipt for answers that a vendor has handed in: to the recipient's address, with a link and no answer."""

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import link, post

from ..models import Submission

KIND = "annex_receipt"


def send_receipt(submission: Submission) -> OutgoingMail | None:
    """Queue the receipt in the caller's transaction; None where it was queued before, as at a double click."""
    recipient = submission.recipient
    context = {
        "annex": recipient.annex,
        "municipality": recipient.annex.project.municipality,
        "company": recipient.company,
        "submission": submission,
        "url": link("vendor_answers:receipt", recipient.token, submission.number, language=recipient.language),
        "overview_url": link("vendor_answers:overview", recipient.token, language=recipient.language),
    }
    return post(f"annex-receipt:{submission.pk}", recipient.email, KIND, context, recipient.language)
