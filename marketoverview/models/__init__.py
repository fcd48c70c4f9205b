"""The market overview's data: the survey, the vendors, their responses."""

from .moderation import TRANSITIONS, ModerationEvent, Status, TransitionRefused, Verb
from .responses import Answer, Response, SampleOffering
from .survey import FigureComment, Option, Question, SurveyRound
from .vendors import Vendor, VendorMember
from .version import PublicVersion

__all__ = [
    "TRANSITIONS",
    "Answer",
    "FigureComment",
    "ModerationEvent",
    "Option",
    "PublicVersion",
    "Question",
    "Response",
    "SampleOffering",
    "Status",
    "SurveyRound",
    "TransitionRefused",
    "Vendor",
    "VendorMember",
    "Verb",
]
