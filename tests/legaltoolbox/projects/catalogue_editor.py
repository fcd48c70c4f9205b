"""Somebody who edits a catalogue at random, in memory: texts, white space, rows, levels, conditions, options, items.

An edit changes copies, so that each catalogue that was published stays as it was. `EDITS` are the kinds of edits.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from random import Random
from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import Activity, DocumentTemplate, Requirement, Risk, ScreeningQuestion, TemplateField

CHOSEN = {"activity": 7, "template": 3, "risk": 6, "requirement": 7, "question": 12, "legal_basis": 3}
"""How many items of each kind the edited catalogue has, so that ten thousand edits meet each many times."""
CODES = {"activity": ("A25", "P1"), "template": ("S11", "S05")}
"""Those that are among them."""
WORDS = ["borger", "kommune", "data", "frist", "svar", "ansvar", "formål", "kontrol", "vurdering", "leverandør"]

PREFIX = {"activity": "A", "risk": "R", "requirement": "K", "legal_basis": "H"}
KINDS_OF_FIELDS = [kind for kind in TemplateField.Kind.values if kind != "wording"]


class Editor:
    """The catalogue as the editors have it, and what they do with it."""

    def __init__(self, catalogue: Catalogue, random: Random) -> None:
        self.random, self.base, self.number = random, catalogue, 0
        self.items: dict[str, dict[str, Any]] = {
            kind: {item.key: copy(item) for item in catalogue.all(kind)} for kind in KINDS
        }
        for kind, most in CHOSEN.items():
            rest = [code for code in self.items[kind] if code not in CODES.get(kind, ())]
            kept = [*CODES.get(kind, ()), *rest][:most]
            self.items[kind] = {code: item for code, item in self.items[kind].items() if code in kept}
        self.withdrawn: dict[tuple[str, str], Any] = {}
        self.rows: dict[tuple[str, int], list[Any]] = {}
        """Name of a part and key of the owner to its rows; an owner's kind is told by the name, but for conditions."""
        self.gone_rows: dict[tuple[str, int], list[Any]] = defaultdict(list)
        self.levels = [copy(level) for level in catalogue.levels]
        for kind in CHOSEN:
            for item in self.items[kind].values():
                self._take_rows(KINDS[kind].parts, item)

    def _take_rows(self, parts: Any, owner: Any) -> None:
        for part in parts:
            own = [copy(row) for row in self.base.parts(part.name, owner)]
            self.rows[_part(part.name, owner), owner.pk] = own
            for row in own:
                self._take_rows(part.parts, row)

    # Edits ----------------------------------------------------------------------------------

    def edit(self) -> str:
        """One edit at random; its name."""
        name = self.random.choice(EDITS)
        getattr(self, name)()
        return name

    def pick(self, *kinds: str) -> Any:
        """A public item of one of the kinds, as a copy that takes its place."""
        kind = self.random.choice([kind for kind in (kinds or tuple(CHOSEN)) if self.items[kind]])
        code = self.random.choice(list(self.items[kind]))
        item = self.items[kind][code] = copy(self.items[kind][code])
        return item

    def pick_row(self, *names: str) -> tuple[tuple[str, int], int] | None:
        """The place of a row of one of these parts; None where no owner has one."""
        places = [(key, place) for key, rows in self.rows.items() if key[0] in names for place in range(len(rows))]
        return self.random.choice(places) if places else None

    def new_row(self, *names: str) -> Any:
        """A copy of a row of one of these parts that takes its place; None for none."""
        found = self.pick_row(*names)
        if found is None:
            return None
        key, place = found
        rows = self.rows[key] = list(self.rows[key])
        rows[place] = copy(rows[place])
        return rows[place]

    def text(self) -> None:
        self._on_text(lambda text: f"{text} {self.random.choice(WORDS)}{self._next()}".strip())

    def less_text(self) -> None:
        self._on_text(lambda text: " ".join(text.split()[:-1]) or "Kort")

    def white_space(self) -> None:
        self._on_text(lambda text: self.random.choice((" {}", "{}\n", "{}  ")).format(text).replace(" ", "\n", 1))

    def _on_text(self, change: Any) -> None:
        row = self.new_row("checklist", "sections", "fields") if self.random.random() < 0.6 else self.pick()
        names = {
            "ChecklistItem": ("question", "guidance", "done_when"),
            "TemplateSection": ("heading", "guidance"),
            "TemplateField": ("label", "help"),
            "Activity": ("title", "what", "why"),
            "DocumentTemplate": ("title", "purpose"),
            "Risk": ("title", "cause", "event"),
            "Requirement": ("title", "duty", "wording"),
            "ScreeningQuestion": ("question", "help"),
            "LegalBasis": ("title", "what"),
        }
        name = self.random.choice(names[type(row).__name__])
        setattr(row, name, change(getattr(row, name))[:100])

    def add_row(self) -> None:
        found = self.pick_row("checklist", "sections", "fields")
        if found is not None:
            key, place = found
            model = self.rows[key][place]
            row = self._of_new_key(model)
            rows = self.rows[key] = list(self.rows[key])
            rows.insert(self.random.randrange(len(rows) + 1), row)
            if key[0] == "sections":
                self.rows["fields", row.pk] = [self._of_new_key(field) for field in self.rows["fields", model.pk]]
                self.rows["sections conditions", row.pk] = []

    def _of_new_key(self, row: Any) -> Any:
        row = copy(row)
        row.pk, row.key = 10**6 + self._next(), f"n{self._next()}"
        return row

    def move_row(self) -> None:
        found = self.pick_row("checklist", "sections", "fields")
        if found is not None:
            rows = self.rows[found[0]] = list(self.rows[found[0]])
            rows.insert(self.random.randrange(len(rows)), rows.pop(found[1]))

    def withdraw_row(self) -> None:
        found = self.pick_row("checklist", "sections", "fields")
        if found is not None and len(self.rows[found[0]]) > 1:
            rows = self.rows[found[0]] = list(self.rows[found[0]])
            self.gone_rows[found[0]].append(rows.pop(found[1]))

    def bring_row_back(self) -> None:
        places = [key for key, rows in self.gone_rows.items() if rows]
        if places:
            key = self.random.choice(places)
            row = self.gone_rows[key].pop(self.random.randrange(len(self.gone_rows[key])))
            self.rows[key] = [*self.rows[key], row]

    def level(self) -> None:
        item = self.pick("requirement")
        item.level = self.random.choice(Requirement.Level.values)
        item.addressee = self.random.choice(Requirement.Addressee.values)

    def harm(self) -> None:
        self.pick("risk").affects = self.random.choice(Risk.Affects.values)

    def way(self) -> None:
        item = self.pick("activity")
        item.phase = self.random.choice(list(self.items["phase"].values()))
        item.small_use_kind = self.random.choice(Activity.SmallUse.values)
        item.small_use_with = self.random.choice([None, *self.items["activity"].values()])

    def requires(self) -> None:
        item = self.pick("question")
        earlier = [other for other in self.items["question"].values() if other.position < item.position]
        item.requires = self.random.choice([None, *earlier])

    def condition(self) -> None:
        keys = [key for key in self.rows if key[0].endswith("conditions")]
        key = self.random.choice(keys)
        rows = list(self.rows[key])
        other = self.pick_row(key[0])
        if rows and self.random.random() < 0.5:
            rows.pop(self.random.randrange(len(rows)))
        elif other is not None:
            row = copy(self.rows[other[0]][other[1]])
            row.pk, row.answer = 10**6 + self._next(), self.random.choice(("yes", "no"))
            row.question = self.random.choice(list(self.items["question"].values()))
            rows = [each for each in rows if (each.question_id, each.answer) != (row.question_id, row.answer)]
            rows.append(row)
        self.rows[key] = rows

    def options(self) -> None:
        self._on_list("options")

    def columns(self) -> None:
        self._on_list("columns")

    def _on_list(self, name: str) -> None:
        places = [
            (key, place)
            for key, rows in self.rows.items()
            for place, row in enumerate(rows)
            if key[0] == "fields" and getattr(row, name)
        ]
        if not places:
            return
        key, place = self.random.choice(places)
        rows = self.rows[key] = list(self.rows[key])
        row = rows[place] = copy(rows[place])
        values = list(getattr(row, name))
        match self.random.randrange(4):
            case 0:
                values.append(f"Ny {self._next()}")
            case 1 if len(values) > 1:
                values.pop(self.random.randrange(len(values)))
            case 2:
                self.random.shuffle(values)
            case _:
                values[0] = f"{values[0]} {self.random.choice(WORDS)}"[:60]
        setattr(row, name, values[:12])

    def kind_of_field(self) -> None:
        row = self.new_row("fields")
        row.kind = self.random.choice(KINDS_OF_FIELDS)
        row.options = row.options or ["Ja, altid", "Nej"]
        row.columns = row.columns or ["Hvad", "Hvem"]

    def withdraw_item(self) -> None:
        item = self.pick()
        if len(self.items[item.KIND]) > 2:
            self.withdrawn[item.KIND, item.key] = self.items[item.KIND].pop(item.key)

    def bring_item_back(self) -> None:
        if self.withdrawn:
            key = self.random.choice(list(self.withdrawn))
            self.items[key[0]][key[1]] = self.withdrawn.pop(key)

    def new_item(self) -> None:
        kind = self.random.choice(list(PREFIX))
        codes = [f"{PREFIX[kind]}{number:02}" for number in range(60, 100)]
        free = [code for code in codes if code not in self.items[kind] and (kind, code) not in self.withdrawn]
        if free and self.items[kind]:
            model = self.random.choice(list(self.items[kind].values()))
            item = copy(model)
            item.pk, item.code = 10**6 + self._next(), free[0]
            self.items[kind][item.code] = item
            for part in KINDS[kind].parts:
                rows = [copy(row) for row in self.rows[_part(part.name, model), model.pk]]
                for row in rows:
                    row.pk = 10**6 + self._next()
                self.rows[_part(part.name, item), item.pk] = rows

    def scale(self) -> None:
        place = self.random.randrange(len(self.levels))
        self.levels = list(self.levels)
        self.levels[place] = copy(self.levels[place])
        self.levels[place].description += f" {self.random.choice(WORDS)}"

    def _next(self) -> int:
        self.number += 1
        return self.number

    # Publishing -----------------------------------------------------------------------------

    def published(self, version: int) -> Catalogue:
        """The catalogue as it is now, with copies of all items and rows that name each other."""
        items = {
            kind: {item.pk: copy(item) for item in sorted(rows.values(), key=_place)}
            for kind, rows in self.items.items()
        }
        catalogue = Catalogue(
            version, self.base.day, items, tuple(self.levels), self.base.synonyms, dict(self.base.amendments)
        )
        for kind, name in (("question", "requires"), ("activity", "small_use_with")):
            for item in items[kind].values():
                other = getattr(item, name)
                setattr(item, name, items[kind].get(other.pk) if other is not None else None)
        self._copy_links(catalogue)
        for kind in CHOSEN:
            for item in items[kind].values():
                self._copy_rows(KINDS[kind].parts, item, catalogue)
        rows, levels = catalogue.rows_of_owners, catalogue.levels
        return catalogue.with_items(items, rows, levels=levels, withdrawn=frozenset())

    def _copy_links(self, catalogue: Catalogue) -> None:
        """The items that items and rows name by many-to-many fields, as far as they are there."""
        for (name, model, pk), linked in self.base._parts.items():
            if linked and hasattr(linked[0], "KIND") and name != "provisions":
                own = [catalogue.items[each.KIND][each.pk] for each in linked if each.pk in catalogue.items[each.KIND]]
                catalogue._parts[name, model, pk] = own
            elif name == "provisions":
                catalogue._parts[name, model, pk] = linked

    def _copy_rows(self, parts: Any, owner: Any, catalogue: Catalogue) -> None:
        for part in parts:
            rows = []
            for number, kept in enumerate(self.rows.get((_part(part.name, owner), owner.pk), ()), start=1):
                row = copy(kept)
                setattr(row, part.parent, owner)
                if part.number:
                    setattr(row, part.number, number)
                if part.name == "conditions":
                    question = catalogue.items["question"].get(kept.question_id)
                    if question is None:
                        continue
                    row.question = question
                rows.append(row)
                self._copy_rows(part.parts, row, catalogue)
            catalogue._parts[part.name, type(owner), owner.pk] = rows


def _part(name: str, owner: Any) -> str:
    """The name of a part, for conditions with what has them: keys of different kinds are alike."""
    names = {ScreeningQuestion: "question", DocumentTemplate: "template"}
    if name != "conditions":
        return name if name not in ("phases", "involved") else f"{type(owner).__name__} {name}"
    own = names.get(type(owner)) or getattr(owner, "KIND", "") or "sections"
    return f"{own} conditions"


def _place(item: Any) -> Any:
    if isinstance(item, Activity):
        return item.phase.number, item.is_decision_point, item.code
    return getattr(item, "position", getattr(item, "number", 0)) or 0, item.key


EDITS = (
    *("text", "text", "text", "less_text", "white_space", "white_space", "add_row", "add_row", "move_row", "move_row"),
    *("withdraw_row", "withdraw_row", "bring_row_back", "level", "harm", "way", "requires", "condition", "condition"),
    *("options", "options", "columns", "kind_of_field", "withdraw_item", "bring_item_back", "bring_item_back"),
    *("new_item", "scale"),
)
