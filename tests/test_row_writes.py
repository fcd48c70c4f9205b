"""Rows are written by verbs of the models alone."""

import ast
import re
from collections.abc import Collection, Iterator

import pytest

from tests.source import PRODUCT, relative, syntax

# Rows are written by methods of models, managers and querysets, by what migrations share, by commands and by the
# loading of content.
WRITE_ROWS = re.compile(r"/management/|^kl_ai/(pages/versions|stored_texts)\b|^legaltoolbox/content/")
IN_MODELS = re.compile(r"/(models|querysets)\b|^kl_ai/(drafts|people)/")
"""Where classes with verbs stand: the models of the apps, and the abstract ones that they share."""
WRITES = {
    "add", "bulk_create", "bulk_update", "clear", "create", "delete", "get_or_create", "raw_delete", "_raw_delete",
    "remove", "save", "save_base", "set", "update", "update_or_create",
}  # fmt: skip
COLLECTION = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
IN_MEMORY = re.compile(r"(?:\w+\.)*(?:set|dict|list|Counter|defaultdict|sha256|Notices)(?:\W.*)?", re.DOTALL)
"""A type, or a call of one, that holds no row."""
NO_ROWS = {
    "kl_ai/admin/mail.py: delete_model",  # calls the verb `BadAddress.clear`
    "kl_ai/admin/mail.py: delete_queryset",  # the same for several
    "kl_ai/admin/private_names.py: raw_delete",  # commands alone call it
    "kl_ai/database/__init__.py: time_limit",  # a context variable
    "kl_ai/export/docx.py: docx_bytes",  # a document
    "kl_ai/export/docx_markup.py: element",  # attributes of XML, here and below
    "kl_ai/export/docx_markup.py: run",
    "kl_ai/export/docx_template.py: _replace_control",
    "kl_ai/export/docx_template.py: _set_language",
    "kl_ai/export/docx_template.py: _set_style_ids",
    "kl_ai/export/docx_template.py: _turn_page",
    "kl_ai/export/docx_template.py: open_template",
    "kl_ai/export/hyphenation.py: divisions",  # the memory of a library
    "kl_ai/login/flow.py: finish",  # the state of a login, in the session
    "kl_ai/login/flow.py: handle",
    "kl_ai/login/sessions.py: record_login",  # the session, which gets its key
    "kl_ai/login/second_factor.py: reauthenticate",  # allauth's form, which notes the step in the session, here and below
    "kl_ai/login/second_factor.py: recovery_codes",
    "kl_ai/login/views.py: authenticate",
    "kl_ai/mail/sending.py: run",  # an event of threads
    "kl_ai/mail/sending.py: time_limit",  # a context variable
    "kl_ai/pages/middleware.py: __call__",  # pages in the cache
    "kl_ai/pages/page_cache.py: clear",
    "kl_ai/export/worksheet.py: append_row",  # the cells of a row of a workbook, in memory
    "kl_ai/pages/file_store.py: finish",  # a file that is kept
    "kl_ai/pages/keep.py: _pieces",  # HTML that is kept in memory
    "kl_ai/settings.py: ",  # the settings
    "marketoverview/market/days.py: forget",  # what a process keeps of the editions
    "kl_ai/workbooks/reading.py: rows",  # elements of a sheet that has been read
    "marketoverview/views/vendor_rows.py: _row",  # the rows of HTML that are kept
    "marketoverview/admin/vendors.py: save_formset",  # the verbs `admit` and `end` write what the form says
    "legaltoolbox/catalogue.py: _all_links",  # sets of keys
    "legaltoolbox/files/calendar.py: _event",  # the properties of an event
    "legaltoolbox/files/calendar.py: calendar",  # the properties of a calendar file
    "legaltoolbox/projects/files/plan_calendar.py: _event",  # the same of a project's plan
    "legaltoolbox/projects/files/plan_calendar.py: calendar",
    "legaltoolbox/selection.py: read_selection",  # notices about the address
}
"""Functions with a call that looks like a write of rows and is none."""
VERBS_BESIDE_A_MODEL = {
    "legaltoolbox/projects/models/imported_names.py: forget",  # for the deletion of a login
    "marketoverview/models/mapping.py: _append_event",  # the verbs of counting own words, which join answers and options
    "marketoverview/models/mapping.py: _mark_left",
    "marketoverview/models/mapping.py: add_option",
    "marketoverview/models/mapping.py: answer_objection",
    "marketoverview/models/mapping.py: map_answer",
    "marketoverview/models/mapping.py: object_to_mapping",
    "marketoverview/models/mapping.py: unmap_answer",
    "marketoverview/models/vendors.py: create_at_unused_address",  # for the verb `Vendor.register` and for fixtures
    "marketoverview/querysets.py: delete_locked",  # for the verbs `delete_for_good`, and rows of any model that are old
}
"""Functions that are verbs: they stand beside their model and not in it."""


def writing_functions(tree: ast.AST, function: str = "", in_memory: frozenset[str] = frozenset()) -> Iterator[str]:
    """For each call below the node that may write rows, the name of the function that it is in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield from writing_functions(node, node.name, in_memory | names_in_memory(node))
            continue
        if isinstance(node, ast.Call) and may_write_rows(node, function, in_memory):
            yield function
        yield from writing_functions(node, function, in_memory)


def without_classes(module: ast.Module) -> ast.Module:
    """The module's functions and statements that stand in no class."""
    return ast.Module([node for node in module.body if not isinstance(node, ast.ClassDef)], [])


def may_write_rows(call: ast.Call, function: str, in_memory: Collection[str]) -> bool:
    """Whether a verb of rows is called, on anything but a variable in memory or the same method of the base class."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "raw_delete"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    receiver = ast.unparse(call.func.value)
    return receiver not in in_memory and not (receiver == "super()" and call.func.attr == function)


def names_in_memory(function: ast.FunctionDef) -> frozenset[str]:
    """The names of the function's arguments and variables that are collections, or have a type of `IN_MEMORY`."""
    names = {arg.arg for arg in ast.walk(function) if isinstance(arg, ast.arg) and is_in_memory(arg.annotation)}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and (isinstance(node.value, COLLECTION) or is_in_memory(node.value)):
            names |= {ast.unparse(target) for target in node.targets}
        elif isinstance(node, ast.AnnAssign) and is_in_memory(node.annotation):
            names.add(ast.unparse(node.target))
    return frozenset(names)


def is_in_memory(node: ast.expr | None) -> bool:
    return node is not None and IN_MEMORY.fullmatch(ast.unparse(node)) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "obj.delete()",
        "obj.save()",
        "obj.save(update_fields=names)",
        "queryset.update(title=text)",
        "vendor.responses.filter(pk=1).update(title=text)",
        "user.groups.set([])",
        "answer.mappings.all().delete()",
        "item.sources.add(source)",
        "Vendor.objects.create(name=name)",
        "raw_delete(rows)",
        "rows._raw_delete(rows.db)",
        "super().save()",
        "form.save()",
    ],
)
def test_a_write_of_rows_is_seen(statement):
    assert list(writing_functions(ast.parse(f"def page(request):\n    {statement}"))) == ["page"]


@pytest.mark.parametrize(
    "body",
    [
        "names = set(); names.add(1)",
        "names: dict[str, int] = {}; names.update(a=1)",
        "super().page(request)",
        "vendor.publish(request.user)",
    ],
)
def test_what_is_in_memory_and_a_verb_are_no_write_of_rows(body):
    assert list(writing_functions(ast.parse(f"def page(request):\n    {body}"))) == []


def test_rows_are_written_by_verbs_of_the_models():
    """Views, forms, mails and the administration call them, and so do the functions that stand beside the models."""
    found = {
        f"{relative(path)}: {function}"
        for path in PRODUCT
        if not WRITE_ROWS.search(relative(path))
        for function in writing_functions(
            without_classes(syntax(path)) if IN_MODELS.search(relative(path)) else syntax(path)
        )
    }
    assert found - NO_ROWS - VERBS_BESIDE_A_MODEL == set()
    assert (NO_ROWS | VERBS_BESIDE_A_MODEL) - found == set(), "is no longer needed"


def test_a_function_beside_the_models_writes_no_rows():
    body = "def erase(user):\n    Reading.objects.filter(user=user).update(label='')\n"
    assert list(writing_functions(without_classes(ast.parse(body)))) == ["erase"]
    verb = f"class Reading(models.Model):\n    {body.replace(chr(10), chr(10) + '    ')}"
    assert list(writing_functions(without_classes(ast.parse(verb)))) == []
