"""The addresses of one vendor, and the status that each visitor gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import override

from kl_ai.models import User
from marketoverview.models import Invitation, JoinRequest, Response, Vendor, map_answer
from tests.builders import (
    make_invitation,
    make_offering,
    make_option,
    make_question,
    make_response,
    make_round,
    make_user,
)

LOGIN = 401
"""Stands for a redirect to the login."""
STEP = 428
"""Stands for a redirect to the second step of the login of KL's staff."""


@dataclass(frozen=True)
class Row:
    """An address of one vendor, and what a GET of it gives the owner (a colleague the same), a curator and the others."""

    name: str
    args: Callable[["World"], list[Any]]
    owner: int
    curator: int
    stranger: int = 404
    anonymous: int = LOGIN

    @property
    def serves_staff(self) -> bool:
        """Whether reviewers see it although they act for no vendor."""
        return self.curator == 200 and self.stranger == 404

    @property
    def without_vendor(self) -> int:
        """The status for whoever acts for no vendor and does not review: a newcomer, an editor, a member of yesterday."""
        return 404 if self.serves_staff else self.curator

    @property
    def statuses(self) -> dict[str, int]:
        """Visitor to status, for every kind of visitor; staff “without app” have not passed their second step."""
        staff_without_app = STEP if self.serves_staff else self.without_vendor
        return {
            "anonymous": self.anonymous,
            "newcomer": self.without_vendor,
            "stranger": self.stranger,
            "invited": self.without_vendor,
            "removed": self.without_vendor,
            "colleague": self.owner,
            "owner": self.owner,
            "switched off": self.anonymous,
            "logged out everywhere": self.anonymous,
            "editor": self.without_vendor,
            "curator": self.curator,
            "administrator": self.curator,
            "editor without app": staff_without_app,
            "curator without app": staff_without_app,
            "administrator without app": staff_without_app,
        }


@dataclass(frozen=True)
class World:
    """A vendor with a draft beside its public answers, and whatever else its addresses name."""

    vendor: Vendor
    public: Response
    draft: Response
    offering: UUID
    mapped_answer: int
    invitation: Invitation
    join_request: JoinRequest


def make_world(vendor: Vendor, owner: User, curator: User) -> World:
    """The vendor with public answers whose own words the curator has counted, a draft, an invitation and a request to join."""
    survey_round = make_round("2026")
    words = {"services": "Etik"}
    public = make_response(vendor, answers={"services": ["other"]}, own_words=words, round=survey_round)
    mapped_answer = public.answers.get(option__code="other")
    map_answer(mapped_answer, make_option(make_question("services"), "advisory"), curator)
    new = Response.begin(vendor, survey_round, owner)
    return World(
        vendor=vendor,
        public=public,
        draft=new,
        offering=make_offering(new).key,
        mapped_answer=mapped_answer.pk,
        invitation=make_invitation("ny@nordstjernen.example", vendor),
        join_request=JoinRequest.objects.create(vendor=vendor, user=make_user()),
    )


def address(row: Row, world: World, language: str = "da") -> str:
    with override(language):
        return reverse(row.name, args=row.args(world))


def slug(world: World) -> list[Any]:
    return [world.vendor.slug]


def draft(*arguments: Any) -> Callable[[World], list[Any]]:
    return lambda world: [world.draft.pk, *arguments]


TABLE = (
    Row("vendor:home", lambda world: [], 302, 200, stranger=302),
    Row("vendor:invitation", lambda world: [world.invitation.token], 200, 200, stranger=200, anonymous=200),
    Row("vendor:accept", lambda world: [world.invitation.token], 302, 302, stranger=302),
    Row("vendor:ask_kl", lambda world: [world.invitation.token], 302, 302, stranger=302),
    Row("vendor:join", slug, 302, 200, stranger=200),  # a registered company's name is no secret; who acts for it is
    Row("vendor:join_decide", lambda world: [world.vendor.slug, world.join_request.pk], 302, 302, stranger=302),
    Row("vendor:members", slug, 200, 404),
    Row("vendor:member_remove", lambda world: [world.vendor.slug, world.vendor.memberships.first().pk], 200, 404),
    Row("vendor:invitation_cancel", lambda world: [world.vendor.slug, world.invitation.pk], 302, 302, stranger=302),
    Row("vendor:company", slug, 200, 200),
    Row("vendor:begin", slug, 302, 404),  # to the draft that there is
    Row("vendor:confirm", slug, 200, 404),
    Row("vendor:questions_to_kl", slug, 200, 404),
    Row("vendor:withdraw", slug, 200, 404),
    Row("vendor:response", draft(), 200, 200),
    Row("vendor:object", lambda world: [world.public.pk, world.mapped_answer], 200, 404),
    Row("vendor:tasks", draft(), 200, 404),
    Row("vendor:part", draft("services"), 200, 404),
    Row("vendor:part_last", draft("services"), 302, 302, stranger=302),
    Row("vendor:offering_new", draft(), 302, 404),
    Row("vendor:offering", lambda world: [world.draft.pk, world.offering], 200, 404),
    Row("vendor:offering_do", lambda world: [world.draft.pk, world.offering, "slet"], 302, 302, stranger=302),
    Row("vendor:review", draft(), 200, 404),
    Row("vendor:discard", draft(), 200, 404),
    Row("vendor:take_back", draft(), 302, 404),  # it is no submission
)
