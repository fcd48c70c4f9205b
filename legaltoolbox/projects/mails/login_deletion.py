"""What becomes of the people of municipalities when a login is deleted, or gets another address (setting `LOGIN_PARTS`)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext, ngettext

from kl_ai.models import User
from kl_ai.people.login_deletion import LoginPart

from ..models import (
    Municipality,
    MunicipalityEvent,
    MunicipalityInvitation,
    MunicipalityJoinRequest,
    MunicipalityMember,
    Project,
    ProjectMember,
    imported_names,
)
from ..rights import ProjectRole, can_work
from .membership import send_municipality_news


def obstacles(user: User, is_after_step: bool) -> list[str]:
    """A sentence for each municipality that would have no keeper, and each project that would have no lead. Two queries.

    Before the second step the projects of a municipality that asks for it are a number.
    """
    lead = gettext(
        "“%(project)s” in %(name)s has no other lead. Make somebody else its lead, or let a keeper hand it over."
    )
    alone = _led_alone([user])
    named = [project for project in alone if is_after_step or not project.municipality.requires_second_factor]
    texts = [lead % {"project": project, "name": project.municipality} for project in named]
    return _without_keeper([user]) + texts + _numbers([project for project in alone if project not in named])


def obstacles_for_staff(users: Sequence[User]) -> list[str]:
    """As `obstacles`, with the number of the projects of a municipality: KL's staff see no titles. Two queries."""
    return _without_keeper(users) + _numbers(_led_alone(users))


def _numbers(alone: Sequence[Project]) -> list[str]:
    """A sentence for each municipality, with how many of these projects are its own. No query."""
    numbers = Counter(project.municipality for project in alone)
    texts = []
    for municipality, number in numbers.items():
        text = ngettext(
            "%(n)s project of %(name)s has no other lead. A keeper of the municipality hands it over first.",
            "%(n)s projects of %(name)s have no other lead. A keeper of the municipality hands them over first.",
            number,
        )
        texts.append(text % {"n": number, "name": municipality})
    return texts


def _without_keeper(users: Sequence[User]) -> list[str]:
    """A sentence for each municipality that would have no keeper. One query."""
    keeper = gettext("%(name)s has no other keeper. Make somebody else a keeper first.")
    keepers = MunicipalityMember.objects.filter(municipality=OuterRef("pk"), is_keeper=True)
    others = keepers.filter(can_work("user")).exclude(user__in=users)
    municipalities = Municipality.objects.filter(Exists(keepers.filter(user__in=users)), ~Exists(others)).alphabetical()
    return [keeper % {"name": municipality} for municipality in municipalities]


def _led_alone(users: Sequence[User]) -> list[Project]:
    """The projects that nobody else leads. One query."""
    leads = ProjectMember.objects.filter(project=OuterRef("pk"), role=ProjectRole.LEAD)
    is_alone = Exists(leads.filter(member__user__in=users)) & ~Exists(
        leads.filter(can_work("member__user")).exclude(member__user__in=users)
    )
    return list(Project.objects.filter(is_alone).select_related("municipality").order_by("pk"))


def consequences(user: User) -> list[str]:
    """What the deletion changes for the person's municipalities, a sentence each. One query."""
    text = gettext(
        "No longer works for %(name)s, and is in none of its projects. Its keepers get a mail, without a name."
    )
    return [text % {"name": row.municipality} for row in MunicipalityMember.objects.for_user(user)]


def mail_keys(user: User) -> Iterator[str]:
    """The beginnings of the keys of mails that name the person. Three queries."""
    address = _by_address(user)
    invitations = MunicipalityInvitation.objects.filter(address | Q(invited_by=user, by_kl=False))
    yield from (f"municipality-invitation:{key}:" for key in invitations.values_list("pk", flat=True))
    requests = MunicipalityJoinRequest.objects.filter(user=user)
    yield from (f"municipality-request:{key}:" for key in requests.values_list("pk", flat=True))
    events = MunicipalityEvent.objects.filter(Q(actor=user, by_kl=False) | Q(person=user) | address)
    yield from (f"municipality:{key}:" for key in events.values_list("pk", flat=True))


def rows_about(user: User) -> dict[type[Model], set[str]]:
    """The keys of the rows that are about the person. Three queries."""
    rows = [
        MunicipalityMember.objects.filter(user=user),
        MunicipalityInvitation.objects.filter(_by_address(user)),
        MunicipalityJoinRequest.objects.filter(user=user),
    ]
    return {found.model: set(map(str, found.order_by().values_list("pk", flat=True))) for found in rows}


def forget(user: User) -> None:
    """Leave every municipality, tell its keepers, and erase name and address from what stays.

    Raises `ValidationError` for the last keeper, and for who alone leads a project. It names no project, as
    `obstacles_for_staff`: whoever has sent the form may be before the second step.
    """
    if texts := obstacles_for_staff([user]):
        raise ValidationError(texts)
    imported_names.forget(user)
    for member in (
        MunicipalityMember.objects.filter(user=user).select_related("municipality", "user").order_by("municipality")
    ):
        member.leave(MunicipalityEvent.What.DELETED)
        send_municipality_news(member.municipality)
    if not user.shares_mailbox():
        MunicipalityInvitation.forget(user.email)
        MunicipalityEvent.forget(user.email)


def move_address(user: User, old_address: str) -> None:
    """Store what municipalities have by an old address of this user under the new one."""
    if user.had_alone(old_address):
        MunicipalityInvitation.move(old_address, user.email)
        MunicipalityEvent.move(old_address, user.email)


def _by_address(user: User) -> Q:
    """The condition on rows with a column `email` that they hold the user's address; none where another login has it. One query."""
    return Q(pk=None) if user.shares_mailbox() else Q(email=user.email)


LOGIN_PART = LoginPart(
    obstacles=obstacles,
    obstacles_for_staff=obstacles_for_staff,
    consequences=consequences,
    mail_keys=mail_keys,
    rows_about=rows_about,
    forget=forget,
    move_address=move_address,
)
