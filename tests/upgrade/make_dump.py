"""Makes `portal-1.0.0.json.xz`: everything in a database of version 1.0.0 that has been in use.

It runs with the code of that version, in a checkout of its commit, and with its virtual environment. Version 1.0.0 has
no tag: the file was made with commit d4a9491, the last one before the development of 1.1.0.

    git worktree add ../portal-1.0.0 d4a9491
    cd ../portal-1.0.0 && make setup
    .venv/bin/python ../portal/tests/upgrade/make_dump.py ../portal/tests/upgrade/portal-1.0.0.json.xz

It makes a database of its own in a temporary folder, loads the demonstration data with the whole legal content, and
then uses the portal: vendors answer, KL decides, editors correct. The file is JSON, compressed with xz: the schema as
SQLite and as PostgreSQL have it (so PostgreSQL's server programs are needed on the machine), the migrations that made
it, and for each table its columns and rows.
"""

import json
import lzma
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path.cwd()))


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="kl_ai.settings",
            DEBUG="true",
            DATABASE_URL=f"sqlite:///{folder}/portal.sqlite3",
            SITE_URL="https://portal.example",
            EMAIL_URL="dummy://",
        )
        django.setup()
        fill()
        content = dump() | {"schema": {"sqlite": sqlite_schema(), "postgresql": postgres_schema()}}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    rows = sum(len(table["rows"]) for table in content["tables"].values())
    print(f"{target}: {rows} rows of {len(content['tables'])} tables in {target.stat().st_size} bytes")


def fill() -> None:
    """Let the portal be used."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    use_market_overview()
    correct_survey()
    correct_content()
    use_logins()


# The market overview ----------------------------------------------------------------------------


def use_market_overview() -> None:
    """Vendors with responses in every status, own words that KL has counted, invitations, and requests to join."""
    from kl_ai.models import User
    from marketoverview.models import SurveyRound, Vendor
    from tests.builders import make_curator, make_response, make_user

    current, curator = SurveyRound.objects.get(code="2026"), make_curator("kurator@kl.example")
    statuses = ("draft", "submitted", "returned", "rejected", "published", "archived", "withdrawn")
    responses = {}
    for number, status in enumerate(statuses):
        vendor = Vendor.objects.create(
            name=f"Nordlys {status}",
            slug=f"nordlys-{status}",
            country="DK" if number else "SE",
            website=f"https://{status}.example",
        )
        responses[status] = make_response(
            vendor,
            status,
            round=current,
            answers={"services": ["advisory", "other"], "technologies": ["nlp", "other"]},
            own_words={"services": "Etisk rådgivning", "technologies": "Kvantealgoritmer"},
            offerings=[
                {"title": "Postsortering", "description": "Læser æ, ø og å.", "options": {"technologies": ["nlp"]}}
            ],
        )
    save_part(responses["draft"])
    tell_vendors(responses)
    count_own_words(responses["published"], curator)
    invite_and_ask(responses["published"].vendor, curator)
    responses["published"].confirm(User.objects.get(pk=curator.pk))
    make_user("ny@firma.example", full_name="Søren Ærø")


def save_part(draft) -> None:
    """A member saves one part of its draft."""
    from marketoverview.models.drafts import fingerprint

    seen = fingerprint(draft.stored(["barriers"]))
    member = draft.vendor.members.first()
    draft.save_part("background", ["barriers"], {"barriers": {"data": "", "ethics": ""}}, seen, member)


def tell_vendors(responses: dict) -> None:
    """The mails of handing in and deciding; one address refuses them, one mail is given up, one waits."""
    from django.utils import timezone
    from kl_ai.mailqueue import BadAddress, OutgoingMail

    from marketoverview import letters
    from marketoverview.models import Response

    returned = Response.objects.get(pk=responses["returned"].pk)
    event = returned.events.order_by("-pk").first()
    event.remarks.create(item="services", text="Hvilken rådgivning?")
    letters.receipt(Response.objects.get(pk=responses["submitted"].pk))
    for status in ("returned", "rejected", "published", "withdrawn"):
        letters.decision(Response.objects.get(pk=responses[status].pk))
    BadAddress.mark("nedlagt@firma.example", "550 no such user")
    now = timezone.now()
    waiting = {"language": "da", "subject": "Prøve", "body": "Prøve.\n"}
    OutgoingMail.objects.create(key="refused", to="nedlagt@firma.example", attempts=1, **waiting)
    OutgoingMail.objects.create(key="given-up", to="a@b.example", attempts=10, next_try_at=None, **waiting)
    OutgoingMail.objects.create(key="waiting", to="c@d.example", next_try_at=now + timedelta(days=900), **waiting)


def count_own_words(response, curator) -> None:
    """One of the vendor's own words is counted under another option; to the other counting the vendor has objected."""
    from marketoverview import letters
    from marketoverview.models import Answer, LinkCheck, Option
    from marketoverview.models.mapping import map_answer, object_to_mapping

    own = {answer.option.question.code: answer for answer in response.answers.exclude(own_words="")}
    map_answer(own["services"], Option.objects.get(question__code="services", code="legal-advisory"), curator)
    letters.mapped(Answer.objects.get(pk=own["services"].pk))
    map_answer(own["technologies"], Option.objects.get(question__code="technologies", code="prediction"), curator)
    member = response.vendor.members.first()
    object_to_mapping(own["technologies"], member, "Det er noget andet.")
    LinkCheck.objects.create(url=response.vendor.website, ok=False, result="404")


def invite_and_ask(vendor, curator) -> None:
    from marketoverview import letters
    from marketoverview.models import DeadlineExtension, Invitation, JoinRequest, SurveyRound
    from tests.builders import make_user

    current = SurveyRound.objects.get(code="2026")
    for name in ("åbnet", "brugt", "annulleret", "ny"):
        invitation = Invitation.objects.create(
            email=f"{name.encode('ascii', 'ignore').decode() or 'x'}@inviteret.example",
            company_name=f"Inviteret {name}",
            round=current,
            by_kl=True,
            invited_by=curator,
        )
        letters.invited(invitation)
        if name != "ny":
            invitation.note_opened()
        if name == "brugt":
            invitation.accept(make_user("brugt@inviteret.example"))
        if name == "annulleret":
            invitation.cancel()
    for name, decision in (("venter", None), ("afvist", False), ("godkendt", True)):
        request = JoinRequest.objects.create(vendor=vendor, user=make_user(f"{name}@firma.example"), message="Hej")
        letters.asked_to_join(request)
        if decision is not None:
            request.decide(curator, approve=decision)
            letters.joined(request)
    DeadlineExtension.objects.create(vendor=vendor, round=current, closes_on="2027-01-31", reason="Sygdom")


def correct_survey() -> None:
    """KL's own wording of the survey, with the history of who wrote it."""
    from marketoverview.models import FigureComment, Option, Question

    editor = staff("redaktoer@kl.example", "Redaktører")
    question = Question.objects.get(code="services")
    save(question, editor, heading_da="Ydelser (KL's ord)")
    save(Option.objects.get(question=question, code="development"), editor, label_da="Udvikling og tilpasning")
    comment = FigureComment(question=question, text_da="Kommentar fra KL.", text_en="KL's comment.")
    save(comment, editor)


# The legal toolbox ------------------------------------------------------------------------------


def correct_content() -> None:
    """Editors correct items, add, move and delete rows, and write an item of their own."""
    from legaltoolbox.models import Activity, ChecklistItem, DocumentTemplate, LegalSource, Risk, toolbox_version

    editor = staff("redaktoer@kl.example", "Redaktører")
    activity = Activity.objects.get(code="A25")
    save(activity, editor, why="Fordi KL siger det.", confirmed_on="2026-11-20")
    save(activity.checklist.get(number=1), editor, question="Er spørgsmålet rettet af KL?")
    number = activity.checklist.count() + 1
    added = ChecklistItem(activity=activity, number=number, question="Nyt?", guidance="Ja.", done_when="Svaret.")
    save(added, editor)
    added.sources.add(LegalSource.objects.get(slug="gdpr-art-35"))
    swap(Activity.objects.get(code="A21"), editor)
    remove(Activity.objects.get(code="A26").checklist.last(), editor)
    move(Activity.objects.get(code="A40").checklist.last(), Activity.objects.get(code="A41"), editor)
    template = DocumentTemplate.objects.get(code="S11")
    remove(template.sections.first().fields.first(), editor)
    section = template.sections.last()
    for field in section.fields.all():
        remove(field, editor)
    remove(section, editor)
    risk = Risk.objects.get(code="R09")
    own = Risk.objects.get(code="R09")
    own.pk, own.code, own.title, own._state.adding = None, "R98", "KL's egen risiko", True
    save(own, editor)
    for name in ("phases", "roles", "activities", "sources"):
        getattr(own, name).set(getattr(risk, name).all())
    save(Risk.objects.get(code="R10"), editor, is_public=False)
    toolbox_version.bump()


def swap(activity, editor) -> None:
    """The first two questions of a checklist change places."""
    first, second = activity.checklist.all()[:2]
    save(first, editor, number=9_999)
    save(second, editor, number=1)
    save(first, editor, number=2)


def move(check, activity, editor) -> None:
    """A question goes to the end of another activity's checklist."""
    save(check, editor, activity=activity, number=activity.checklist.count() + 1)


def save(row, editor, **changes) -> None:
    """Save the row as the administration does: with a line in its history that names the editor."""
    for name, value in changes.items():
        setattr(row, name, value)
    row._history_user = editor
    row.save()


def remove(row, editor) -> None:
    row._history_user = editor
    row.delete()


# Users ------------------------------------------------------------------------------------------


def staff(email: str, group: str):
    from django.contrib.auth.models import Group

    from kl_ai.models import User

    user, _ = User.objects.get_or_create(email=email, defaults={"is_staff": True, "full_name": "Åse Østergård"})
    user.groups.add(Group.objects.get(name=group))
    return user


def use_logins() -> None:
    """A second step, a session, a counted login, a permission that KL has given a group, and a line of the log."""
    from allauth.mfa.models import Authenticator
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.auth.models import Group, Permission
    from django.core.cache import cache
    from django.test import Client

    from legaltoolbox.models import Activity

    editor = staff("redaktoer@kl.example", "Redaktører")
    Authenticator.objects.create(user=editor, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    Client().force_login(editor)
    cache.set("counted", [1, 2, 3])
    Group.objects.get(name="Redaktører").permissions.add(Permission.objects.get(codename="view_session"))
    LogEntry.objects.log_actions(editor.pk, [Activity.objects.get(code="A25")], CHANGE, "Rettet", single_object=True)


# The file ---------------------------------------------------------------------------------------


def dump() -> dict:
    """The migrations that were applied, and the rows of every table that a model has."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return {"migrations": sorted(MigrationRecorder(connection).applied_migrations()), "tables": tables()}


def tables() -> dict:
    """Table to columns, each with the name of its field's class, and rows. A table without rows is left out."""
    from django.apps import apps

    rows_by_table = {}
    for model in apps.get_models(include_auto_created=True):
        fields = model._meta.concrete_fields
        rows = list(model._base_manager.order_by("pk").values_list(*(field.attname for field in fields)))
        if rows:
            columns = {field.column: internal_type(field) for field in fields}
            plain = [[None if value is None else as_json(value) for value in row] for row in rows]
            rows_by_table[model._meta.db_table] = {"columns": columns, "rows": plain}
    return rows_by_table


def internal_type(field) -> str:
    return field.target_field.get_internal_type() if field.is_relation else field.get_internal_type()


def as_json(value):
    """The value itself where JSON has it, else the text that a field's `to_python` reads."""
    return value if isinstance(value, bool | int | float | str | list | dict) else str(value)


def sqlite_schema() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        )
        return ";\n".join(sql for (sql,) in cursor.fetchall()) + ";\n"


def postgres_schema() -> str:
    """The schema that the same migrations make on a throw-away PostgreSQL server, as its own program writes it."""
    from tests import postgres

    dump = postgres.binaries() / "pg_dump"
    with postgres.server() as url:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            env=os.environ | {"DATABASE_URL": url},
            check=True,
        )
        command = [dump, "--schema-only", "--no-owner", "--no-privileges", "--no-comments", url]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = (line for line in text.splitlines() if line and not line.startswith(("--", "\\")))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
