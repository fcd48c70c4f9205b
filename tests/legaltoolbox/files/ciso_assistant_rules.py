"""The rules by which CISO Assistant takes a library, written anew from what its public documentation and its importer ask.

`problems(text)` reads a file as the importer does, and returns a sentence for each rule that it breaks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import yaml

URN = re.compile(r"urn:[\w-]+:[\w-]+:[\w-]+(:[\w-]+)?:[\w\[\]().:-]+", re.ASCII)
"""Four to six pieces; the last one may have colons, points and brackets."""
LARGEST = 2_147_483_647
OBJECTS = {
    "framework", "frameworks", "threats", "reference_controls", "risk_matrix", "risk_matrices", "requirement_mapping_set",
    "requirement_mapping_sets", "metric_definitions", "preset", "ttp_catalogs", "tactics", "techniques", "workflows",
}  # fmt: skip
LENGTHS = {"urn": 255, "ref_id": 100, "name": 200, "provider": 200, "packager": 100, "copyright": 4096, "locale": 100}
"""The columns that a text goes into."""
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def problems(text: str) -> list[str]:
    """The rules that the file breaks; none for a library that is taken."""
    try:
        library = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"is no YAML: {error}"]
    if not isinstance(library, dict):
        return ["is no dictionary"]
    missing = {"urn", "ref_id", "locale", "name", "version", "objects"} - set(library)
    if missing:
        return [f"lacks {name}" for name in sorted(missing)]
    return [*_head(library), *_objects(library["objects"])]


def _head(library: dict[str, Any]) -> Iterator[str]:
    yield from _texts("library", library)
    version = library["version"]
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version <= LARGEST:
        yield f"version {version!r} is no whole number of 32 bits"
    if not isinstance(library.get("publication_date"), date):
        yield "publication_date is no date"
    if not isinstance(library.get("dependencies", []), list):
        yield "dependencies is no list"


def _objects(objects: Any) -> Iterator[str]:
    if not isinstance(objects, dict) or not set(objects) & OBJECTS:
        yield "has no objects"
        return
    yield from (f"objects has an unknown {name}" for name in sorted(set(objects) - OBJECTS))
    for one, several in (("framework", "frameworks"), ("risk_matrix", "risk_matrices")):
        if one in objects and several in objects:
            yield f"has {one} and {several}"
    threats = objects.get("threats", [])
    urns = {str(threat.get("urn", "")).lower() for threat in threats}
    for threat in threats:
        yield from _referential("threat", threat)
    for matrix in _several(objects, "risk_matrix", "risk_matrices"):
        yield from _matrix(matrix)
    for framework in _several(objects, "framework", "frameworks"):
        yield from _framework(framework, urns)
    yield from _unique("urn", (entry.get("urn", "").lower() for entry in [*threats, *_nodes(objects)]))


def _several(objects: dict[str, Any], one: str, several: str) -> list[dict[str, Any]]:
    found = objects.get(one, objects.get(several, []))
    return [found] if isinstance(found, dict) else found


def _nodes(objects: dict[str, Any]) -> list[dict[str, Any]]:
    frameworks = _several(objects, "framework", "frameworks")
    return [node for framework in frameworks for node in framework.get("requirement_nodes", [])]


def _texts(what: str, entry: dict[str, Any]) -> Iterator[str]:
    """The rules of an entry's URN and texts."""
    urn = entry.get("urn")
    if not isinstance(urn, str) or not URN.fullmatch(urn.lower()):
        yield f"{what}: the urn {urn!r} is badly formatted"
    for name, longest in LENGTHS.items():
        value = entry.get(name)
        if value is not None and (not isinstance(value, str) or not value or len(value) > longest):
            yield f"{what} {urn}: {name} is no text of 1 to {longest} characters"
    for name in ("description", "annotation", "typical_evidence"):
        if not isinstance(entry.get(name, ""), str):
            yield f"{what} {urn}: {name} is no text"


def _referential(what: str, entry: dict[str, Any]) -> Iterator[str]:
    yield from (f"{what} {entry.get('urn')}: lacks {name}" for name in ("urn", "ref_id", "name") if not entry.get(name))
    yield from _texts(what, entry)


def _framework(framework: dict[str, Any], threats: set[str]) -> Iterator[str]:
    yield from _referential("framework", framework)
    nodes = framework.get("requirement_nodes", [])
    if not nodes:
        yield "framework: has no requirement_nodes"
    groups = [group.get("ref_id") for group in framework.get("implementation_groups_definition", [])]
    yield from _unique("implementation group", groups)
    seen: dict[str, int] = {}
    for node in nodes:
        yield from _node(node, seen, set(groups), threats)
        seen[str(node.get("urn", "")).lower()] = node.get("depth", 0)
    yield from _unique("ref_id", (node["ref_id"] for node in nodes if node.get("ref_id")))


def _node(node: dict[str, Any], seen: dict[str, int], groups: set[Any], threats: set[str]) -> Iterator[str]:
    """A node stands below one that came before it, and names groups and threats that there are."""
    urn, parent = node.get("urn"), node.get("parent_urn")
    yield from _texts("node", node)
    if not isinstance(node.get("assessable"), bool):
        yield f"node {urn}: assessable is neither true nor false"
    if parent is not None and parent.lower() not in seen:
        yield f"node {urn}: its parent {parent} does not come before it"
    if node.get("depth") != seen.get(str(parent).lower(), 0) + 1:
        yield f"node {urn}: its depth is not one below its parent"
    if not node.get("name") and not node.get("description"):
        yield f"node {urn}: has neither name nor description"
    yield from (
        f"node {urn}: unknown group {name}" for name in node.get("implementation_groups", []) if name not in groups
    )
    yield from (f"node {urn}: unknown threat {name}" for name in node.get("threats", []) if name.lower() not in threats)


def _matrix(matrix: dict[str, Any]) -> Iterator[str]:
    """Each row of the grid is a likelihood, each of its cells an impact: the place of a level of risk."""
    yield from _referential("matrix", matrix)
    sides = [matrix.get(name) or [] for name in ("probability", "impact", "risk")]
    for side in sides:
        if [level.get("id") for level in side] != list(range(len(side))) or not side:
            yield "matrix: ids are not numbered from 0"
        for level in side:
            if not all(isinstance(level.get(name), str) for name in ("abbreviation", "name", "description")):
                yield f"matrix: level {level.get('id')} lacks a text"
            if not COLOUR.fullmatch(str(level.get("hexcolor"))):
                yield f"matrix: level {level.get('id')} has no colour"
    likelihood, impact, risk = map(len, sides)
    grid = matrix.get("grid") or []
    if len(grid) != likelihood or any(len(row) != impact for row in grid):
        yield f"matrix: the grid is not {likelihood} × {impact}"
    if any(place not in range(risk) for row in grid for place in row):
        yield "matrix: the grid names a level of risk that there is not"


def _unique(what: str, values: Iterable[Any]) -> Iterator[str]:
    yield from (f"{what} {value} is there twice" for value, number in Counter(values).items() if number > 1)
