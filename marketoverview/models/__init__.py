"""The market overview's data: the survey, the vendors, their responses."""

from ..statuses import EDITABLE, IN_USE, OPEN, Status
from .announcements import Announcement
from .answers import Answer, SampleOffering
from .claims import CompanyClaim
from .draft_base import MissingItem, SavedPart
from .draft_offerings import offering_content
from .editions import Edition, EditionEntry, EditionRemoval
from .erasure import delete_login
from .followers import Follower
from .freezing import declare_published, freeze_month
from .join_requests import JoinRequest
from .joining import Invitation, register_company
from .links import LinkCheck
from .mapping import (
    answer_objection,
    leave_as_other,
    look_again,
    map_answer,
    map_answers,
    object_to_mapping,
    unmap_answer,
)
from .membership import MembershipEvent
from .moderation import TRANSITIONS, ModerationEvent, Remark, TransitionRefused, Verb
from .responses import Response
from .rounds import SurveyRound
from .sent_back import SentBackContent
from .standard_reasons import StandardReason, with_standard_reason
from .survey import FigureComment, Option, Question, QuestionGroup
from .vendor_questions import VendorQuestion
from .vendors import DeadlineExtension, Vendor, VendorMember
from .version import market_version

__all__ = [
    "EDITABLE",
    "IN_USE",
    "OPEN",
    "TRANSITIONS",
    "Announcement",
    "Answer",
    "CompanyClaim",
    "DeadlineExtension",
    "Edition",
    "EditionEntry",
    "EditionRemoval",
    "FigureComment",
    "Follower",
    "Invitation",
    "JoinRequest",
    "LinkCheck",
    "MembershipEvent",
    "MissingItem",
    "ModerationEvent",
    "Option",
    "Question",
    "QuestionGroup",
    "Remark",
    "Response",
    "SampleOffering",
    "SavedPart",
    "SentBackContent",
    "StandardReason",
    "Status",
    "SurveyRound",
    "TransitionRefused",
    "Vendor",
    "VendorMember",
    "VendorQuestion",
    "Verb",
    "answer_objection",
    "declare_published",
    "delete_login",
    "freeze_month",
    "leave_as_other",
    "look_again",
    "map_answer",
    "map_answers",
    "market_version",
    "object_to_mapping",
    "offering_content",
    "register_company",
    "unmap_answer",
    "with_standard_reason",
]
