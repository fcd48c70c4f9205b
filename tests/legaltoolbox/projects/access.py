"""The addresses of the municipalities' projects, and who gets an answer there. A page that is missing here fails `test_access`.

    Row("projects:overview", project_args, Right.READ)              whoever has the right in the project
    Row("projects:risk", risk_args, Right.READ, post=Right.WRITE)   and who has another right may send its form
    Row("projects:risk_add", project_args, Right.WRITE, is_post=True) answers POST alone
    Row("projects:members", municipality_args, KEEPER)              the municipality's keepers
    Row("projects:municipality", municipality_args, MEMBER)         whoever works for the municipality
    Row("projects:home", no_args, ANYBODY)                          whoever has logged in
    Row("shared_projects:list", no_args, SHARING)                   whoever works for any municipality

Everybody else gets 404, those of another municipality and KL's staff too, and who has not logged in is led to the login.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from kl_ai.drafts.parts import PAGE_LENGTH
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import (
    AnnexQuestion,
    Comment,
    Evidence,
    Measure,
    MunicipalityInvitation,
    MunicipalityJoinRequest,
    Project,
    ProjectDocument,
    ProjectImport,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    SharedCopy,
    Task,
    TextVersion,
)
from legaltoolbox.projects.models.tasks import EMPTY
from legaltoolbox.projects.rights import Right
from legaltoolbox.projects.work.sections import first_values
from legaltoolbox.screening import Situation
from tests.legaltoolbox.projects import annexes
from tests.legaltoolbox.projects.builders import Team

ANYBODY, MEMBER, KEEPER = "anybody", "member", "keeper"
SHARING = "sharing"
"""Whoever works for a municipality that has signed the processor agreement, also another one."""


@dataclass(frozen=True)
class Row:
    name: str
    args: Callable[[Team], list[Any]]
    who: Right | str
    is_post: bool = False
    """Whether it answers POST alone."""
    post: Right | str | None = None
    """Who may POST to a page that answers GET too; None where nothing is sent to it."""
    sent: tuple[tuple[str, str], ...] = ()
    """What a POST has to send for the page to find what it is about."""
    anonymous: int = 401
    """The status without a login; 401 stands for being led to it."""

    def path(self, team: Team, language: str = "da") -> str:
        with override(language):
            return reverse(self.name, args=self.args(team))

    @property
    def methods(self) -> list[str]:
        """The methods that it answers."""
        return ["post"] if self.is_post else ["get", "post"] if self.post else ["get"]

    def may(self, team: Team, name: str, method: str = "get") -> bool:
        """Whether this person of the municipality gets an answer, by this method where the page answers two."""
        who = self.post if self.post and method == "post" else self.who
        member = team.people[name]
        if isinstance(who, Right):
            return Project.objects.where_may(member.user, who).filter(pk=team.project.pk).exists()
        return who != KEEPER or member.is_keeper


def no_args(team: Team) -> list[Any]:
    return []


def municipality_args(team: Team) -> list[Any]:
    return [team.municipality.code]


def project_args(team: Team) -> list[Any]:
    return list(team.project.address)


def person_args(team: Team) -> list[Any]:
    return [team.municipality.code, team.strange.pk]


def invitation_args(team: Team) -> list[Any]:
    email = f"indbudt@k{team.municipality.code}.example"
    waiting = team.municipality.invitations.filter(email=email).first()
    return [team.municipality.code, (waiting or invite(team, email)).pk]


def invite(team: Team, email: str) -> MunicipalityInvitation:
    return MunicipalityInvitation.invite(team.municipality, email, team.keeper.user)


def token_args(team: Team) -> list[Any]:
    _code, key = invitation_args(team)
    return [team.municipality.invitations.get(pk=key).token]


def request_args(team: Team) -> list[Any]:
    row, _is_new = MunicipalityJoinRequest.objects.get_or_create(municipality=team.municipality, user=team.strange.user)
    return [team.municipality.code, row.pk]


def role_args(team: Team) -> list[Any]:
    """The reader's row in the project; that of nobody where a test has removed the reader."""
    row = team.project.members.filter(member=team.reader.pk).first()
    return [*team.project.address, row.pk if row else 0]


def imported_args(team: Team) -> list[Any]:
    """A project that came from a file, with the same people as the first one."""
    ProjectImport.objects.get_or_create(project=team.project)
    return project_args(team)


def shared_copy(team: Team) -> SharedCopy:
    """A copy that the project shares; with one it is the same."""
    record = {"title": "Breve til borgere", "municipality": {"code": team.municipality.code, "name": "Prøve"}}
    audience = SharedCopy.Audience.MUNICIPALITIES
    return SharedCopy.publish(team.project, team.lead.user, audience, record, SharedCopy.hash_of(record))


def shared_copy_args(team: Team) -> list[Any]:
    return [*team.project.address, shared_copy(team).number]


def copy_args(team: Team) -> list[Any]:
    return [shared_copy(team).pk]


def activity_args(team: Team) -> list[Any]:
    return [*team.project.address, "a25"]


def task_args(team: Team) -> list[Any]:
    """The address of an own task, which is made where there is none."""
    values = {**EMPTY, "title": "Aftal et møde"}
    return [*team.project.address, Task.add_own(team.project, team.lead.user, values, "a" * PAGE_LENGTH).pk]


def basis_args(team: Team) -> list[Any]:
    values = {"phase": "drift-og-overvaagning", "processing": "Brug i driften", "code": "H05"}
    return [*team.project.address, ProjectLegalBasis.add_processing(team.project, team.lead.user, **values).pk]


def risk_args(team: Team) -> list[Any]:
    return [*team.project.address, "r09"]


def own_risk_args(team: Team) -> list[Any]:
    row = RiskAssessment.add_own(team.project, "Nedbrud i ferien", team.lead.user)
    return [*team.project.address, row.code.lower()]


def requirement_args(team: Team) -> list[Any]:
    return [*team.project.address, "k31"]


def update_args(team: Team) -> list[Any]:
    """A requirement that the project has met with another text than the catalogue's."""
    RequirementState.objects.get_or_create(project=team.project, code="K31", defaults={"state": "met"})
    record = {"code": "K31", "title": "Et ældre krav", "duty": "En ældre tekst."}
    TextVersion.objects.get_or_create(hash="0" * 64, defaults={"kind": "requirement", "code": "K31", "record": record})
    pins = team.project.items
    pins.update_or_create(kind="requirement", code="K31", defaults={"hash": "0" * 64, "to_assess": True})
    return [*team.project.address, "requirement", "k31"]


def evidence_args(team: Team) -> list[Any]:
    values = {"place": "K31", "title": "Rapport", "link": "", "case_number": "2026-7"}
    return [*team.project.address, Evidence.add_piece(team.project, team.lead.user, **values).pk]


def annex_args(team: Team) -> list[Any]:
    """An annex that is sent to a company."""
    annex = team.project.annexes.exclude(status="draft").first() or annexes.make_sent(team, ["Alfa Prøve"])
    return [*team.project.address, annex.number]


def draft_args(team: Team) -> list[Any]:
    return [*team.project.address, annexes.make_draft(team, page="d" * PAGE_LENGTH).number]


def draft_recipient_args(team: Team) -> list[Any]:
    annex = annexes.make_draft(team, page="d" * PAGE_LENGTH)
    row = annex.recipients.first() or annexes.add_companies(annex, team, ["Alfa Prøve"])[0]
    return [*team.project.address, annex.number, row.pk]


def annex_file_args(team: Team) -> list[Any]:
    return [*annex_args(team), "docx"]


def answers_file_args(team: Team) -> list[Any]:
    address = annex_args(team)
    annexes.pass_deadline(team.project.annexes.get(number=address[-1]))
    return [*address, "xlsx"]


def paper_args(team: Team) -> list[Any]:
    """A company without a link, beside the one that the annex is sent to."""
    recipient = annexes.on_paper(team)
    return [*team.project.address, recipient.annex.number, recipient.pk]


def recipient_args(team: Team) -> list[Any]:
    address = annex_args(team)
    return [*address, team.project.annexes.get(number=address[-1]).recipients.get().pk]


def vendor_question_args(team: Team) -> list[Any]:
    address = annex_args(team)
    recipient = team.project.annexes.get(number=address[-1]).recipients.get()
    question, _is_new = AnnexQuestion.objects.get_or_create(annex=recipient.annex, recipient=recipient, text="Hvad?")
    return [*address, question.pk]


def comment_args(team: Team) -> list[Any]:
    return [*team.project.address, Comment.write(team.project, team.lead.user, "R09", "Hvorfor 2?", page="c" * 32).pk]


def point_args(team: Team) -> list[Any]:
    return [*team.project.address, "p1"]


def measure_args(team: Team) -> list[Any]:
    return [*team.project.address, Measure.add_measure(team.project, "Slet", ["R09"], team.lead.user).pk]


def document_args(team: Team) -> list[Any]:
    """A document with what its template gives it."""
    catalogue = catalogues.current()
    values = first_values(catalogue.find("template", "S05"), catalogue, Situation())
    document = ProjectDocument.begin(
        team.project, team.lead.user, template="S05", template_version="1.1", values=values
    )
    return [*team.project.address, document.number]


def document_file_args(team: Team) -> list[Any]:
    return [*document_args(team), "docx"]


def report_file_args(team: Team) -> list[Any]:
    return [*team.project.address, "docx"]


def section_args(team: Team) -> list[Any]:
    return [*document_args(team), "10"]


TABLE = (
    # The municipality
    Row("projects:home", no_args, ANYBODY),
    Row("projects:municipality", municipality_args, MEMBER),
    Row("projects:choose", no_args, ANYBODY),
    Row("projects:new", municipality_args, MEMBER, post=MEMBER),
    Row("projects:import", municipality_args, MEMBER, post=MEMBER),
    Row("projects:join", municipality_args, MEMBER, post=MEMBER),
    Row("projects:leave", municipality_args, MEMBER, post=MEMBER),
    Row("projects:members_of_municipality", municipality_args, MEMBER, post=KEEPER),
    Row("projects:tasks_of_member", person_args, KEEPER, post=KEEPER),
    Row("projects:member_of_municipality_remove", person_args, KEEPER, post=KEEPER),
    Row("projects:invitation_cancel", invitation_args, KEEPER, is_post=True),
    Row("projects:join_decide", request_args, KEEPER, is_post=True),
    Row("projects:settings", municipality_args, KEEPER, post=KEEPER),
    Row("projects:hand_over", municipality_args, KEEPER, post=KEEPER),
    Row("projects:invitation", token_args, ANYBODY, anonymous=200),
    Row("projects:accept", token_args, ANYBODY, is_post=True),
    # The project
    Row("projects:overview", project_args, Right.READ),
    Row("projects:screening", project_args, Right.READ, post=Right.WRITE),
    Row("projects:details", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:close", project_args, Right.MANAGE, post=Right.MANAGE),
    Row("projects:reopen", project_args, Right.MANAGE, post=Right.MANAGE),
    Row("projects:members", project_args, Right.READ, post=Right.MANAGE),
    Row("projects:member_role", role_args, Right.MANAGE, is_post=True),
    Row("projects:member_remove", role_args, Right.MANAGE, is_post=True),
    Row("projects:history", project_args, Right.READ),
    Row("projects:imported", imported_args, Right.READ),
    Row("projects:project_json", project_args, Right.MANAGE),
    # Changes in the catalogue
    Row("projects:updates", project_args, Right.READ),
    Row("projects:updates_seen", project_args, Right.WRITE, is_post=True),
    Row("projects:update", update_args, Right.READ, post=Right.WRITE),
    Row("projects:update_assessed", update_args, Right.WRITE, is_post=True),
    # Comments
    Row("projects:comments", project_args, Right.READ, post=Right.COMMENT, sent=(("place", "R09"),)),
    Row("projects:comment_reply", comment_args, Right.COMMENT, post=Right.COMMENT),
    Row("projects:comment_resolve", comment_args, Right.COMMENT, is_post=True),
    # Report
    Row("projects:report", project_args, Right.READ),
    Row("projects:report_file", report_file_args, Right.READ),
    Row("projects:register_csv", project_args, Right.READ),
    Row("projects:openness", project_args, Right.READ, post=Right.MANAGE),
    Row("projects:openness_withdraw", project_args, Right.MANAGE, is_post=True),
    # Sharing
    Row("projects:share", project_args, Right.READ),
    Row("projects:share_preview", project_args, Right.MANAGE, post=Right.MANAGE),
    Row("projects:share_json", project_args, Right.MANAGE),
    Row("projects:share_withdraw", shared_copy_args, Right.MANAGE, is_post=True),
    Row("shared_projects:list", no_args, SHARING),
    Row("shared_projects:copy", copy_args, SHARING),
    Row("shared_projects:copy_json", copy_args, SHARING),
    Row("shared_projects:start", copy_args, SHARING, post=SHARING),
    # Tasks
    Row("projects:mine", no_args, ANYBODY),
    Row("projects:task_mails", no_args, ANYBODY, is_post=True),
    Row("projects:activities", project_args, Right.READ),
    Row("projects:share_out", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:activity", activity_args, Right.READ, post=Right.WRITE),
    Row("projects:task_new", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:task", task_args, Right.READ, post=Right.WRITE),
    Row("projects:task_delete", task_args, Right.WRITE, post=Right.WRITE),
    Row("projects:plan", project_args, Right.READ),
    Row("projects:measure_new", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:measure", measure_args, Right.READ, post=Right.WRITE),
    Row("projects:measure_delete", measure_args, Right.WRITE, is_post=True),
    Row("projects:plan_xlsx", project_args, Right.READ),
    Row("projects:plan_ics", project_args, Right.READ),
    # Legal basis, risks and requirements
    Row("projects:legal_bases", project_args, Right.READ),
    Row("projects:legal_basis_add", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:legal_basis", basis_args, Right.READ, post=Right.WRITE),
    Row("projects:legal_basis_delete", basis_args, Right.WRITE, is_post=True),
    Row("projects:risks", project_args, Right.READ),
    Row("projects:risks_xlsx", project_args, Right.READ),
    Row("projects:risk_add", project_args, Right.WRITE, is_post=True),
    Row("projects:risk", risk_args, Right.READ, post=Right.WRITE),
    Row("projects:risk_delete", own_risk_args, Right.WRITE, is_post=True),
    Row("projects:requirements", project_args, Right.READ),
    Row("projects:requirements_xlsx", project_args, Right.READ),
    Row("projects:requirement", requirement_args, Right.READ, post=Right.WRITE),
    Row("projects:evidence_add", requirement_args, Right.WRITE, is_post=True),
    Row("projects:evidence_delete", evidence_args, Right.WRITE, is_post=True),
    # Requirement annexes
    Row("projects:annexes", project_args, Right.READ),
    Row("projects:annex_new", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:annex", annex_args, Right.READ),
    Row("projects:annex_edit", draft_args, Right.WRITE, post=Right.WRITE),
    Row("projects:annex_delete", draft_args, Right.WRITE, is_post=True),
    Row("projects:annex_send", draft_args, Right.MANAGE, is_post=True),
    Row("projects:recipient_add", draft_args, Right.WRITE, is_post=True),
    Row("projects:recipient_remove", draft_recipient_args, Right.WRITE, is_post=True),
    Row("projects:recipient_link", recipient_args, Right.MANAGE, is_post=True),
    Row("projects:recipient_revoke", recipient_args, Right.MANAGE, is_post=True),
    Row("projects:annex_deadline", annex_args, Right.MANAGE, is_post=True),
    Row("projects:annex_question", vendor_question_args, Right.WRITE, is_post=True),
    Row("projects:annex_close", annex_args, Right.MANAGE, post=Right.MANAGE),
    Row("projects:annex_answers", annex_args, Right.READ),
    Row("projects:annex_file", annex_file_args, Right.READ),
    Row("projects:annex_answers_file", answers_file_args, Right.READ),
    Row("projects:recipient_excel", paper_args, Right.WRITE, post=Right.WRITE),
    Row("projects:annex_choose", annex_args, Right.MANAGE, is_post=True),
    # Decisions
    Row("projects:decisions", project_args, Right.READ),
    Row("projects:decision_point", point_args, Right.READ),
    Row("projects:decide_point", point_args, Right.DECIDE, is_post=True),
    Row("projects:point_conditions", point_args, Right.WRITE, is_post=True),
    Row("projects:ask_point", point_args, Right.WRITE, is_post=True),
    # Documents
    Row("projects:documents", project_args, Right.READ),
    Row("projects:facts", project_args, Right.WRITE, post=Right.WRITE),
    Row("projects:begin_document", project_args, Right.WRITE, is_post=True),
    Row("projects:document", document_args, Right.READ),
    Row("projects:document_reading", document_args, Right.READ),
    Row("projects:document_file", document_file_args, Right.READ),
    Row("projects:section", section_args, Right.READ, post=Right.WRITE),
    Row("projects:document_steps", document_args, Right.READ),
    Row("projects:document_ask_dpo", document_args, Right.WRITE, is_post=True),
    Row("projects:document_take_back", document_args, Right.WRITE, is_post=True),
    Row("projects:document_opinion", document_args, Right.OPINE, is_post=True),
    Row("projects:document_advice", document_args, Right.WRITE, is_post=True),
    Row("projects:document_ask_management", document_args, Right.WRITE, is_post=True),
    Row("projects:document_conditions", document_args, Right.WRITE, is_post=True),
    Row("projects:document_decide", document_args, Right.DECIDE, is_post=True),
)
