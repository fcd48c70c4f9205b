"""A kind of item that the toolbox does not have: a tool, with its steps."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from legaltoolbox.models import Activity, Role, Sourced, StableRow
from legaltoolbox.models.items import code_field, history
from legaltoolbox.models.rows import key_once


class Tool(Sourced):
    """A tool that helps with activities."""

    KIND = "tool"

    class Medium(models.TextChoices):
        PAPER = "paper", "paper"
        SCREEN = "screen", "screen"

    code = code_field(r"^V\d{2}$", "V01")
    title = models.CharField("title", max_length=100)
    medium = models.CharField("medium", max_length=10, choices=Medium.choices)
    purpose = models.TextField("purpose")
    activities: ClassVar = models.ManyToManyField(Activity, verbose_name="activities", related_name="tools", blank=True)

    history = history("sources", "activities")

    class Meta:
        verbose_name = "tool"
        verbose_name_plural = "tools"
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ToolStep(StableRow):
    """A step of using a tool."""

    OWNER = "tool"
    ORDER = "number"

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField("number")
    text = models.TextField("text")
    role = models.ForeignKey(Role, verbose_name="role", on_delete=models.PROTECT, related_name="tool_steps")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "step of a tool"
        verbose_name_plural = "steps of tools"
        ordering = ("tool", "number")
        constraints = (
            models.UniqueConstraint(fields=("tool", "number"), name="step_number_once"),
            key_once("tool", "step_key_once"),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def code(self) -> str:
        return f"{self.tool.code}.{self.reference}"
