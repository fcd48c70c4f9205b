"""The market overview's entries in the menu of the administration."""

from django.utils.translation import gettext_lazy as _

from kl_ai.admin.menu import MenuEntry

from ..querysets import REVIEW

ENTRIES = (
    MenuEntry(
        label=_("Inbox"),
        page="marketoverview_response_inbox",
        permission=REVIEW,
        pages=("marketoverview_response_inbox", "marketoverview_response_review", "marketoverview_response_step"),
        counts_other_kinds=True,
    ),
    MenuEntry(
        label=_("Own words"),
        page="marketoverview_answer_own_words",
        permission=REVIEW,
        pages=("marketoverview_answer_",),
        kind="own-words",
    ),
    MenuEntry(
        label=_("Questions to KL"),
        page="marketoverview_vendorquestion_changelist",
        permission=REVIEW,
        pages=("marketoverview_vendorquestion_",),
        kind="vendor-questions",
    ),
    MenuEntry(
        label=_("Vendors"),
        page="marketoverview_vendor_changelist",
        permission="marketoverview.view_vendor",
        pages=("marketoverview_vendor_",),
    ),
    MenuEntry(
        label=_("Rounds"),
        page="marketoverview_surveyround_changelist",
        permission="marketoverview.view_surveyround",
        pages=("marketoverview_surveyround_", "marketoverview_announcement_"),
    ),
)
