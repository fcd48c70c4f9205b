"""The rules of the house that no tool checks: sizes, names, dotted texts, templates, and the top level."""

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.checks import not_empty
from tests.environment import PROJECT, ROOT
from tests.source import nodes, syntax

APPS = ("marketoverview", "legaltoolbox")
KNOWS_THE_APPS = {"kl_ai/settings.py", "kl_ai/urls.py", "kl_ai/views.py"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


# Sizes and names --------------------------------------------------------------------------------

MOST_FUNCTION_LINES, MOST_MODULE_LINES = 40, 400
PRODUCT = [path for package in ("kl_ai", *APPS) for path in modules(package) if "migrations" not in path.parts]
CODE = [*PRODUCT, *modules("tests")]


def test_every_module_and_template_is_looked_at():
    """The rules below hold of these files; a path that leads nowhere would let everything pass."""
    assert {"kl_ai/urls.py", "marketoverview/models/responses.py", "legaltoolbox/kinds.py"} <= set(
        map(relative, PRODUCT)
    )
    assert {"tests/test_house.py", "tests/marketoverview/market/test_facets.py"} <= set(map(relative, CODE))
    assert {"templates/base.html", "templates/marketoverview/directory.html"} <= set(map(relative, TEMPLATES))
    assert {"README.md", "docs/style.md", "static/css/tokens.css"} <= set(map(relative, own_files()))


def test_no_function_is_longer_than_a_screen():
    assert [
        f"{relative(path)}: {function.name}"
        for path in CODE
        for function in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        if function.end_lineno - function.lineno >= MOST_FUNCTION_LINES
    ] == []


def test_no_module_is_too_long():
    assert [relative(path) for path in CODE if len(path.read_text().splitlines()) > MOST_MODULE_LINES] == []


def test_a_class_name_stands_for_one_class():
    """Of the classes at the top of modules. Django asks for a `Command` in every module of a command."""
    classes = Counter(node.name for path in PRODUCT for node in syntax(path).body if isinstance(node, ast.ClassDef))
    assert {name for name, number in classes.items() if number > 1} == {"Command"}


LITERALS = (ast.Tuple, ast.List, ast.Set, ast.Dict)
SKIPPED = re.compile(r"  # fmt: skip$")


def tables(path: Path) -> set[int]:
    """The last lines of the statements that assign or return a collection literal, and of decorators."""
    statements = nodes(path, ast.Assign, ast.AnnAssign, ast.Return)
    decorated = nodes(path, ast.FunctionDef, ast.ClassDef)
    lines = {statement.end_lineno for statement in statements if is_table(statement.value)}
    return lines | {decorator.end_lineno for node in decorated for decorator in node.decorator_list}


FEWEST_ELEMENTS = 8
"""Of a collection without rows; one with fewer is read as the formatter writes it."""


def is_table(value: ast.expr | None) -> bool:
    """Whether it is a collection literal with rows or many elements, a frozen set of one included."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "frozenset":
        value = value.args[0]
    if not isinstance(value, LITERALS):
        return False
    elements = value.values if isinstance(value, ast.Dict) else value.elts
    return len(elements) >= FEWEST_ELEMENTS or all(isinstance(element, LITERALS) for element in elements)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(1, 2, 3, 4, 5, 6, 7, 8)", True),
        ("(1, 2, 3, 4, 5, 6, 7)", False),
        ("((1, 2), (3, 4))", True),
        ("((1, 2), 3)", False),
        ('{"a": (1, 2)}', True),
        ('{"a": 1}', False),
        ("frozenset({1, 2, 3, 4, 5, 6, 7, 8})", True),
        ("frozenset({1})", False),
        ("f(1, 2, 3, 4, 5, 6, 7, 8)", False),
    ],
)
def test_a_table_has_rows_or_many_elements(source, expected):
    assert is_table(ast.parse(source, mode="eval").body) == expected


def test_only_tables_are_left_out_of_formatting():
    assert [
        f"{relative(path)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if SKIPPED.search(line) and number not in tables(path)
    ] == []


# Dotted texts -----------------------------------------------------------------------------------


def dotted(path: Path) -> set[str]:
    """The first names of the dotted paths that a module holds as text (for `include`, `import_string`, settings)."""
    texts = [node.value for node in nodes(path, ast.Constant) if isinstance(node.value, str)]
    return {text.split(".")[0] for text in texts if re.fullmatch(r"\w+(\.\w+)+", text)}


def test_the_tools_are_not_named_in_texts_where_they_may_not_be_imported():
    """import-linter holds the imports themselves; it does not see a path in a text."""
    assert [relative(path) for path in modules("marketoverview") if "legaltoolbox" in dotted(path)] == []
    assert [relative(path) for path in modules("legaltoolbox") if "marketoverview" in dotted(path)] == []
    assert {relative(path) for path in modules("kl_ai") if dotted(path) & set(APPS)} <= KNOWS_THE_APPS


def test_the_product_does_not_know_its_tests():
    imports = {
        relative(path): {alias.name for node in nodes(path, ast.Import) for alias in node.names}
        | {node.module or "" for node in nodes(path, ast.ImportFrom) if not node.level}
        for path in PRODUCT
    }
    assert [name for name, names in imports.items() if any(name.split(".")[0] == "tests" for name in names)] == []
    assert [relative(path) for path in PRODUCT if "tests" in dotted(path)] == []


def test_no_test_module_is_imported():
    """What several of them share is in a helper module."""
    assert [
        f"{relative(path)}: {node.module}"
        for path in not_empty(modules("tests"))
        for node in nodes(path, ast.ImportFrom)
        if re.search(r"\btest_\w+$", node.module or "")
    ] == []


# Exceptions from the checks -----------------------------------------------------------------------

UNCHECKED = re.compile(r"#\s*type: ignore(?P<codes>\[[\w, -]+\])?(?:\s*#\s*(?P<reason>\w.+))?")


def test_every_line_that_the_type_checker_passes_over_says_why():
    """In brackets what it passes over, behind it the reason that a library forces."""
    lines = [
        (f"{relative(path)}:{number}", match)
        for package in ("kl_ai", *APPS)
        for path in modules(package)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := UNCHECKED.search(line))
    ]
    assert [place for place, match in lines if not (match["codes"] and match["reason"])] == []
    assert len(lines) <= 10, "first look for a type that fits"


# Rows are written by methods of models, managers and querysets, by what migrations share, by commands and by the
# loading of content.
WRITE_ROWS = re.compile(r"/management/|^kl_ai/(pages/versions|stored_texts)\b|^legaltoolbox/content/")
IN_MODELS = re.compile(r"/(models|querysets)\b|^kl_ai/(drafts|people)/")
"""Where classes with verbs stand: the models of the apps, and the abstract ones that they share."""
WRITES = {
    "add", "bulk_create", "bulk_update", "clear", "create", "delete", "get_or_create", "raw_delete", "_raw_delete",
    "remove", "save", "save_base", "set", "update", "update_or_create",
}  # fmt: skip
COLLECTION = (*LITERALS, ast.ListComp, ast.SetComp, ast.DictComp)
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
    "kl_ai/pages/cache.py: _stored",  # pages in the cache
    "kl_ai/settings.py: ",  # the settings
    "marketoverview/admin/vendors.py: save_formset",  # the verbs `admit` and `end` write what the form says
    "legaltoolbox/catalogue.py: _links",  # sets of keys
    "legaltoolbox/selection.py: read_situation",  # notices about the query string
}
"""Functions with a call that looks like a write of rows and is none."""
VERBS_BESIDE_A_MODEL = {
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


def imports_render(path: Path) -> bool:
    imports = nodes(path, ast.ImportFrom)
    return any(node.module == "django.shortcuts" and "render" in {a.name for a in node.names} for node in imports)


def test_every_page_stands_in_the_one_frame():
    """The administration's pages have a frame of their own, Django's."""
    paths = [path for package in ("kl_ai", *APPS) for path in modules(package) if "admin" not in path.parts]
    assert [relative(path) for path in paths if imports_render(path)] == ["kl_ai/pages/frame.py"]


# Templates --------------------------------------------------------------------------------------

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script without src": re.compile(r"<script\b(?![^>]*\bsrc=)"),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a data: address": re.compile(r"""(?:src|href)\s*=\s*["']?data:"""),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template(path):
    """Nothing that the content security policy forbids, and components with explicit variables."""
    text = path.read_text()
    tags = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)
    assert [what for what, pattern in INLINE.items() if pattern.search(tags)] == []
    includes = re.findall(r'{% *include +"components/.*?%}', text, re.DOTALL)
    assert [tag for tag in includes if not re.search(r"\bonly *%}$", tag)] == []


# What is left over ------------------------------------------------------------------------------

TEXT = (".py", ".html", ".css", ".js", ".md", ".toml", ".yaml", ".yml", ".txt", ".po")
LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|lorem ipsum)\b|\bbreakpoint\(\)|console\.log\(")
NOT_OURS = ("tests/test_house.py", ".venv", ".git", "var", "build", "node_modules", "static/vendor")


def own_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if path.suffix in TEXT and path.is_file() and not relative(path).startswith(NOT_OURS):
            yield path


def test_nothing_is_left_over():
    left_overs = {relative(path): match[0] for path in own_files() if (match := LEFT_OVER.search(path.read_text()))}
    assert left_overs == {}


# Dependencies and layout ----------------------------------------------------------------

HOUSE = {
    "kl_ai", "marketoverview", "legaltoolbox", "templates", "static", "fixtures", "tests", "docs", "deploy",
    "manage.py", "pyproject.toml", "constraints.txt", "Makefile", "README.md", "CHANGELOG.md", ".ci", ".gitignore",
}  # fmt: skip
MADE = re.compile(
    r"\.git|\.venv|\.env|var|build|test-results|node_modules|__pycache__|.*\.egg-info|\..*_cache|\.hypothesis"
)


def test_every_dependency_is_pinned_within_its_range():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    versions = {canonicalize_name(name): version for name, version in pins.items()}
    requirements = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    for requirement in map(Requirement, not_empty(requirements)):
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(versions[name]), (
            f"{name} {versions[name]} is outside {requirement.specifier}"
        )


def test_the_top_level_is_as_drawn():
    """A new name at the top needs its reason in the README."""
    readme = (ROOT / "README.md").read_text()
    names = {path.name for path in ROOT.iterdir() if not MADE.fullmatch(path.name)}
    assert {"kl_ai", "tests", "manage.py"} <= names
    assert [name for name in sorted(names - HOUSE) if f"`{name}`" not in readme] == []
