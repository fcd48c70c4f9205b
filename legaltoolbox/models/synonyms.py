"""The words that people type in the toolbox's search for those that its texts have."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.search.danish import words


class SearchSynonym(models.Model):
    """Words and phrases of which each finds what the others find, and words that they find beside.

    The second go one way: “Chromebook” finds texts on a vendor's own purposes, and not the other way round.
    """

    slug = models.SlugField(_("key"), max_length=60, help_text=_("Names the group in the content files. Never reused."))
    words = models.JSONField(
        _("words that people type"), default=list, help_text=_("Each finds what the others find, in any inflection.")
    )
    finds = models.JSONField(
        _("words that they find beside"),
        default=list,
        blank=True,
        help_text=_("Words and phrases as the texts of the toolbox have them."),
    )
    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("Switch this off instead of deleting: the next content update would bring a deleted one back."),
    )

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms of the search")
        ordering = ("slug",)
        constraints = (models.UniqueConstraint(fields=("slug",), name="search_synonym_once"),)

    def __str__(self) -> str:
        return ", ".join(self.words) or self.slug

    def clean(self) -> None:
        """Refuse a text without a letter or a digit, which would find everything, and a group that leads nowhere."""
        super().clean()
        errors: dict[str, Any] = {
            name: _("“%(text)s” has no word to search for.") % {"text": text}
            for name in ("words", "finds")
            for text in getattr(self, name)
            if not words(text)
        }
        if len({*self.words, *self.finds}) < 2:
            errors.setdefault("words", _("A group has at least two words."))
        if errors:
            raise ValidationError(errors)
