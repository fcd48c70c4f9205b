"""Municipalities, people and projects for tests. The municipalities' codes are of no real one."""

from datetime import date
from typing import Any

from legaltoolbox.projects.models import Municipality, MunicipalityMember, Project
from legaltoolbox.projects.rights import ProjectRole
from tests.builders import make_user

CODE, OTHER_CODE = "9901", "9902"
SIGNED = date(2026, 1, 5)


def make_municipality(code: str = CODE, **fields: Any) -> Municipality:
    fields = {"name": f"Prøvekommune {code}", "agreement_signed_on": SIGNED, **fields}
    return Municipality.objects.create(code=code, **fields)


def make_member(municipality: Municipality, name: str, **fields: Any) -> MunicipalityMember:
    """Somebody with a login of their own who works for the municipality: `name@9901.example`."""
    user = make_user(f"{name}@k{municipality.code}.example", full_name=f"{name.capitalize()} {municipality.code}")
    return municipality.members.create(user=user, **fields)


def make_project(municipality: Municipality, lead: MunicipalityMember, **fields: Any) -> Project:
    return Project.create(municipality, lead.user, **{"title": "Udkast til breve", **fields})


class Team:
    """A municipality with a project and a person for each role; `strange` works there and is not in the project."""

    def __init__(self, code: str = CODE) -> None:
        self.municipality = make_municipality(code)
        self.keeper = make_member(self.municipality, "keeper", is_keeper=True)
        self.lead = make_member(self.municipality, "lead")
        self.editor = make_member(self.municipality, "editor")
        self.reader = make_member(self.municipality, "reader")
        self.management = make_member(self.municipality, "management")
        self.dpo = make_member(self.municipality, "dpo", dpo=MunicipalityMember.Dpo.OFFICER)
        self.substitute = make_member(self.municipality, "substitute", dpo=MunicipalityMember.Dpo.SUBSTITUTE)
        self.strange = make_member(self.municipality, "strange")
        self.project = make_project(self.municipality, self.lead)
        for member, role in (
            (self.editor, ProjectRole.EDITOR),
            (self.reader, ProjectRole.READER),
            (self.management, ProjectRole.MANAGEMENT),
        ):
            self.project.add_member(self.lead.user, member, role)

    @property
    def people(self) -> dict[str, MunicipalityMember]:
        """Name to person, of everybody in the municipality."""
        return {name: value for name, value in vars(self).items() if isinstance(value, MunicipalityMember)}
