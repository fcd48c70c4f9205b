"""The sheet of the demonstration's project in the public register, by the verb that its lead uses."""

from collections.abc import Mapping
from typing import Any

from legaltoolbox.catalogue import Catalogue

from ..models import Project, SharedCopy
from ..work.sheet import SheetChoices, sheet_source


def publish_sheet(project: Project, by: Any, catalogue: Catalogue, chosen: Mapping[str, Any]) -> None:
    """Publish the sheet with these choices; nothing where the content has no fact sheet to make it of."""
    source = sheet_source(project, catalogue)
    texts = tuple(source.proposed_texts())
    sheet = source.sheet(SheetChoices(area=chosen["area"], texts=texts))
    if sheet.record and not sheet.missing:
        seen = SharedCopy.hash_of(sheet.record)
        SharedCopy.publish(project, by, SharedCopy.Audience.PUBLIC, sheet.record, seen)
