"""Every address of the portal, declared once: who may see it, and examples of it with the demonstration data.

A named URL that is missing here fails `test_access`. What is public is visited by the tests of every page too.
"""

from dataclasses import dataclass
from enum import Enum

from django.urls import reverse
from django.utils.translation import override

from tests.legaltoolbox.six_uses import SMALL, SMALL_BUT_ONE

LANGUAGES = ("da", "en")
VENDOR, OTHER_VENDOR = "agern-demofirma", "birkekvist-demofirma"
MORE_VENDORS = ("boegeskov", "egeloev", "flintesten", "goegeurt", "isfugl")
SHORTLISTS = (
    "",
    f"?v={VENDOR}",
    f"?services=implementation&v={VENDOR}&v={OTHER_VENDOR}&v=ukendt",
    "?" + "&".join(f"v={slug}" for slug in (VENDOR, OTHER_VENDOR, *(f"{name}-demofirma" for name in MORE_VENDORS))),
)
"""Query strings of the shortlist: empty, one vendor, two and one that is unknown, and more than are compared at once."""


class Access(Enum):
    PUBLIC = "everybody"
    MEMBER = "whoever has logged in"
    STAFF = "KL's staff; everybody else who has logged in gets 404"


@dataclass(frozen=True)
class Address:
    """A named URL with the arguments of an example, and the query strings under which it looks different."""

    name: str
    access: Access = Access.PUBLIC
    args: tuple = ()
    queries: tuple[str, ...] = ("",)
    is_page: bool = True
    """An HTML page, not a file or a feed."""
    status: int = 200
    in_both_languages: bool = True
    sets_cookie: bool = False
    is_step_of_login: bool = False
    """Looks into the session for a login under way, and leads to the first page without one."""

    def path(self, language: str, query: str = "", args: tuple | None = None) -> str:
        with override(language):
            return reverse(self.name, args=self.args if args is None else args) + query

    def paths(self) -> list[str]:
        """All examples: in both languages, under each query string."""
        languages = LANGUAGES if self.in_both_languages else LANGUAGES[:1]
        return [self.path(language, query) for language in languages for query in self.queries]


SELECTIONS = ("", "?services=advisory&technologies=nlp&technologies=speech", "?q=findes-ikke&services=ukendt&page=99")
SITUATIONS = (
    "",
    "?role=projektleder&personoplysninger=yes&traening=yes&generativ=no",
    "?role=ukendt&udvikler=maaske&x=1",
    f"?{SMALL}",
    f"?rolle=indkob&{SMALL.replace('leverandoer=yes', 'leverandoer=no')}",
    f"?{SMALL_BUT_ONE}",
)
"""The last three: a small, harmless use; of it a role that takes part in nothing; and one answer away from it."""
SMALL_TOO = ("", f"?{SMALL}")
"""Pages that tell what does not apply from what can be left out."""

ADDRESSES = (
    Address("healthz", is_page=False, in_both_languages=False),
    Address("readyz", is_page=False, in_both_languages=False),
    Address("robots_txt", is_page=False, in_both_languages=False),
    Address("security_txt", status=404, is_page=False, in_both_languages=False),  # without SECURITY_CONTACT
    Address("favicon", is_page=False, in_both_languages=False),
    Address("home"),
    Address("about"),
    Address("privacy"),
    # The login
    Address("account_login", sets_cookie=True),
    Address("account_confirm_login_code", status=302, is_page=False, is_step_of_login=True),
    Address("account_login_without_mail", sets_cookie=True),
    Address("account_login_link", args=("brugt",), status=410, is_page=False),
    Address("account_sessions", Access.MEMBER),
    Address("mfa_authenticate", status=302, is_page=False, is_step_of_login=True),
    Address("recent_code", Access.MEMBER),
    Address("account_logout", status=302, is_page=False),  # to the front page
    Address("mfa_activate_totp", Access.STAFF),
    Address("mfa_reauthenticate", Access.STAFF),
    Address("mfa_view_recovery_codes", Access.STAFF, status=302),  # to the app, which comes first
    Address("mfa_download_recovery_codes", Access.STAFF, status=404, is_page=False),
    # The market overview
    Address("market:directory", queries=(*SELECTIONS, "?page=2", "?sort=rotation", f"?v={VENDOR}", "?view=table")),
    Address("market:profile", args=(VENDOR,)),
    Address("market:vcard", args=(VENDOR,), is_page=False),
    Address("market:shortlist", queries=SHORTLISTS),
    Address("market:shortlist_document", is_page=False),
    Address("market:compare", queries=(*SHORTLISTS, f"?v={VENDOR}&v={OTHER_VENDOR}&only=differences")),
    Address("market:contact", queries=("?q=findes-ikke", *SHORTLISTS)),
    Address("market:contacts", is_page=False),
    Address("market:dialogue_letter", is_page=False),
    Address(
        "market:solutions", queries=(*SELECTIONS, "?stage=pilot&stage=ukendt&page=99", f"?v={VENDOR}&sort=rotation")
    ),
    Address("market:solution_stages", queries=(*SELECTIONS, "?stage=pilot")),
    Address("market:stage_file", args=("csv",), is_page=False),
    Address("market:stage_file", args=("xlsx",), is_page=False),
    Address("market:solution_export", args=("csv",), is_page=False),
    Address("market:solution_export", args=("xlsx",), is_page=False),
    Address("market:solution_export", args=("json",), is_page=False),
    Address("market:solution_schema", is_page=False),
    Address("market:solution_feed", is_page=False),
    Address("market:figures", queries=SELECTIONS),
    Address("market:figure", args=("technologies",), queries=SELECTIONS),
    Address("market:figure_file", args=("services", "svg"), is_page=False),
    Address("market:figure_file", args=("services", "png"), is_page=False),
    Address("market:figure_file", args=("services", "csv"), is_page=False),
    Address("market:figure_file", args=("services", "xlsx"), is_page=False),
    Address("market:matrix", queries=(*SELECTIONS, "?by=offerings")),
    Address("market:matrix_file", args=("csv",), is_page=False),
    Address("market:matrix_file", args=("xlsx",), is_page=False),
    Address("market:cell", args=("nlp", "casework")),
    Address("market:export", args=("csv",), is_page=False),
    Address("market:export", args=("xlsx",), is_page=False),
    Address("market:export", args=("json",), is_page=False),
    Address("market:export_help"),
    Address("market:export_schema", is_page=False),
    Address("market:note_file", args=("docx",), is_page=False),
    Address("market:note_file", args=("pdf",), is_page=False),
    Address("market:note", queries=SELECTIONS),
    Address("market:feed", is_page=False),
    Address("market:follow", queries=SELECTIONS),
    Address("market:follow_requested", queries=SELECTIONS),
    Address("market:following", args=("ukendt",), status=404, is_page=False),
    Address("market:unfollow", args=("ukendt",), status=404, is_page=False),
    Address("projects:agreement"),
    Address("projects:agreement_file", args=("docx",), is_page=False),
    Address("projects:agreement_file", args=("pdf",), is_page=False),
    *(
        Address(f"vendor_answers:{name}", args=("ukendt", *more), status=404, is_page=False)
        for name, more in (
            ("overview", ()),
            ("ask", ()),
            ("print", ()),
            ("hand_in", ()),
            ("receipt", ("1",)),
            ("file", ("docx",)),
            ("excel", ()),
            ("requirement", ("k10",)),
        )
    ),
    Address("projects:task_mails_stop", args=("ukendt",), status=404, is_page=False),
    Address("market:editions"),
    Address("market:edition", args=("2025",)),
    Address("market:edition_file", args=("2025", "json"), is_page=False),
    Address("market:edition_file", args=("2025", "csv"), is_page=False),
    Address("market:dcat", is_page=False),
    Address("market:changes", queries=("", "?fra=2025&til=i-dag", "?fra=ukendt&til=2025&x=1")),
    Address("market:new_vendors", queries=("", "?fra=2025&til=i-dag&page=99")),
    Address(
        "market:companies_on_days",
        queries=("", "?gruppe=foer", "?gruppe=begge&spoergsmaal=services", "?gruppe=nu&spoergsmaal=services&page=x"),
    ),
    Address("market:change_vendors", args=("technologies", "nlp"), queries=("?gruppe=flere", "?gruppe=kl-nu&page=x")),
    Address("market:neutrality"),
    # The legal toolbox
    Address("toolbox:overview", queries=(*SITUATIONS, "?nu=foranalyse&rolle=dpo&leverandoer=yes&start=i-morgen")),
    Address("toolbox:calendar", queries=("?start=2027-01-01",), is_page=False),
    Address(
        "toolbox:search",
        queries=("", "?q=hjemmel", "?q=art+35", "?q=%C2%A7+22", "?q=A25", "?q=findes-ikke-nogen-steder"),
    ),
    Address("toolbox:phases", status=302, is_page=False),
    Address("toolbox:activities", status=302, is_page=False),
    Address("toolbox:changes_feed", is_page=False),
    Address("toolbox:phase", args=("foranalyse",), queries=SMALL_TOO),
    Address("toolbox:phase_checklist", args=("foranalyse",)),
    Address("toolbox:phase_checklist_file", args=("foranalyse", "docx"), is_page=False),
    Address("toolbox:phase_checklist_file", args=("foranalyse", "pdf"), is_page=False),
    Address("toolbox:phase_templates", args=("foranalyse",), is_page=False),
    Address("toolbox:roles"),
    Address("toolbox:role", args=("leverandor",), queries=SMALL_TOO),
    Address("toolbox:role_checklist", args=("dpo",)),
    Address("toolbox:role_checklist_file", args=("dpo", "docx"), is_page=False),
    Address("toolbox:role_checklist_file", args=("dpo", "pdf"), is_page=False),
    Address("toolbox:activity", args=("A25",), queries=SMALL_TOO),
    Address("toolbox:activity_checklist", args=("A25",)),
    Address("toolbox:activity_checklist_file", args=("A25", "docx"), is_page=False),
    Address("toolbox:activity_checklist_file", args=("A25", "pdf"), is_page=False),
    Address("toolbox:templates"),
    Address("toolbox:template", args=("S11",)),
    Address("toolbox:template", args=("S08",), queries=(f"?{SMALL}",)),
    Address("toolbox:template_file", args=("S11", "docx"), is_page=False),
    Address("toolbox:template_file", args=("S11", "pdf"), is_page=False),
    Address("toolbox:risks", queries=("", "?phase=foranalyse&kind=data", "?q=findes-ikke&kind=ukendt")),
    Address("toolbox:risks_file", args=("docx",), is_page=False),
    Address("toolbox:risks_file", args=("xlsx",), is_page=False),
    Address("toolbox:risks_file", args=("pdf",), is_page=False),
    Address("toolbox:risk", args=("R09",)),
    Address(
        "toolbox:requirements", queries=("", "?addressee=vendor&addressee=both&pick=K08&pick=K01", "?q=findes-ikke")
    ),
    Address("toolbox:overview_file", args=("docx",), is_page=False),
    Address("toolbox:overview_file", args=("pdf",), is_page=False),
    Address("toolbox:annex", args=("docx",), is_page=False),
    Address("toolbox:annex", args=("xlsx",), is_page=False),
    Address("toolbox:annex", args=("pdf",), is_page=False),
    Address("toolbox:requirement", args=("K31",)),
    Address("toolbox:guidance", queries=("", "?kind=may_not")),
    Address("toolbox:legal_bases", queries=SMALL_TOO),
    Address("toolbox:sources", queries=("", "?status=proposed")),
    Address("toolbox:source", args=("gdpr-art-35",)),
    Address("toolbox:changes"),
    Address("toolbox:reuse"),
    Address("toolbox:catalogue", is_page=False),
    Address("toolbox:catalogue_schema", is_page=False),
    Address("toolbox:project_schema", is_page=False),
    Address("toolbox:oscal", is_page=False),
    Address("toolbox:ciso_assistant", is_page=False),
    # The public register
    Address(
        "register:sheets", queries=("", "?omraade=social&stadie=operation&x=1", "?q=findes-ikke&kommune=ukendt&page=99")
    ),
    Address("register:sheet", args=("9900", "1"), status=404, is_page=False),
    Address("register:sheets_json", is_page=False),
    Address("register:sheet_json", args=("9900", "1"), status=404, is_page=False),
    Address("register:earlier_sheet", args=("9900", "1", "1"), status=404, is_page=False),
    Address("register:schema", is_page=False),
    Address("register:feed", is_page=False),
    # The vendor's own area; what is of one vendor is declared in tests/marketoverview/vendor_addresses.py
    Address("vendor:questions"),
    Address("vendor:round_questions", args=("2026",)),
    Address("vendor:register", Access.MEMBER),
    Address("vendor:account", Access.MEMBER),
    Address("vendor:data", Access.MEMBER, is_page=False),
    Address("vendor:account_delete", Access.MEMBER, status=302),  # to the page that asks for a code
)

PUBLIC = tuple(address for address in ADDRESSES if address.access is Access.PUBLIC)
PUBLIC_PAGES = [path for address in PUBLIC if address.is_page for path in address.paths()]
"""Paths of all public HTML pages, with their examples, in both languages."""

# Visitors ---------------------------------------------------------------------------------------

LOGINS = ("/log-ind/", "/en/log-ind/", "/admin/login/", "/en/admin/login/")


def status_or_login(response) -> int:
    """The status of a response; 401 for a redirect to a login."""
    is_to_login = response.status_code == 302 and response.url.split("?")[0] in LOGINS
    return 401 if is_to_login else response.status_code
