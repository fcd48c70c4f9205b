"""Groups of questions, questions, options and KL's comments on the figures."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.long_texts import LimitedTexts

from ..models import FigureComment, Option, Question, QuestionGroup, Response, Status
from ..review.waiting import REVIEW
from .base import FixedCodeAdmin, MarketDataAdmin, in_use


class WordedForm(forms.ModelForm):
    """Vendors are shown which questions and options have a new wording, unless only the spelling was corrected."""

    only_spelling = forms.BooleanField(
        label=_("Only a correction of spelling"),
        required=False,
        help_text=_(
            "Otherwise vendors who have answered before see that the wording is new, in the languages that you change."
        ),
    )

    @property
    def is_reworded(self) -> bool:
        return bool(WORDING_FIELDS & set(self.changed_data)) and not self.cleaned_data.get("only_spelling")


PUBLISHED = Q(answers__response__status=Status.PUBLISHED)
"""The answers that everybody sees: the list of options counts no others, since editors read it too."""
WORDING_FIELDS = frozenset(
    {"heading_da", "heading_en", "text_da", "text_en", "help_da", "help_en", "label_da", "label_en"}
)


@admin.register(QuestionGroup)
class QuestionGroupAdmin(FixedCodeAdmin):
    fields = ("code", ("position", "after_offerings"), "title_da", "title_en", "intro_da", "intro_en")
    list_display = ("title", "code", "position", "after_offerings", "question_count")
    search_fields = ("code", "title_da", "title_en")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(question_count=Count("questions"))

    @admin.display(description=_("title"), ordering="title_da")
    def title(self, group) -> str:
        return group.title

    @admin.display(description=_("questions"), ordering="question_count")
    def question_count(self, group) -> int:
        return group.question_count


class QuestionForm(WordedForm):
    """The last question of a released round stays in it: vendors would hand in an empty survey."""

    def clean_rounds(self) -> Any:
        rounds = self.cleaned_data["rounds"]
        emptied = (
            [str(each) for each in self.instance.asked_alone_in() if each not in rounds] if self.instance.pk else []
        )
        if emptied:
            text = gettext("This is the last question of “%(round)s”, which is released. Give it another one first.")
            raise forms.ValidationError(text % {"round": emptied[0]})
        return rounds


class OptionPageForm(WordedForm):
    """An option's own page. Retiring it is asked about first, with the number of answers that it concerns."""

    counts_open = False
    """Whether the number of answers that are not public is told, too."""
    asks_to_retire = False
    """Whether the page shows the question, with the button that says yes."""

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean() or self.cleaned_data
        if "_retire" in self.data and "retire_confirmed" not in self.data and not self.errors:
            self.asks_to_retire = True
            raise forms.ValidationError(retire_question(self.instance, counts_open=self.counts_open))
        return cleaned_data


def retire_question(option: Option, *, counts_open: bool) -> str:
    """A sentence on what retiring the option does, with the number of answers. At most two queries."""
    published = Response.objects.published().filter(answers__option=option).distinct().count()
    words = {"option": option, "published": published}
    if not counts_open:
        text = gettext(
            "Nothing is saved yet. Retire “%(option)s”? Nobody can choose it any more. "
            "Published responses with it: %(published)d; they keep it."
        )
        return text % words
    text = gettext(
        "Nothing is saved yet. Retire “%(option)s”? Nobody can choose it any more. Published responses with it: "
        "%(published)d; they keep it. Open responses with it: %(open)d; their vendors must choose anew."
    )
    return text % (words | {"open": Response.objects.open().filter(answers__option=option).distinct().count()})


class OptionForm(forms.ModelForm):
    """A row of the question's options: the code can be chosen for a new one only."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "code" in self.fields:
            self.fields["code"].disabled = True


class OptionFormSet(forms.BaseInlineFormSet):
    """The rows of a question's options; those with new labels are saved as reworded."""

    only_spelling = False
    """Whether the curator has only corrected the spelling."""

    def save_existing(self, form, obj, commit=True):
        if not commit or self.only_spelling or not WORDING_FIELDS & set(form.changed_data):
            return super().save_existing(form, obj, commit)
        obj.record_rewording()
        return obj


class OptionInline(LimitedTexts, admin.TabularInline):
    model = Option
    form = OptionForm
    formset = OptionFormSet
    fields = ("position", "code", "label_da", "label_en", "is_other", "retired_on")
    readonly_fields = ("retired_on",)
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(Question)
class QuestionAdmin(FixedCodeAdmin):
    form = QuestionForm
    inlines = (OptionInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "code",
                    ("kind", "max_choices"),
                    "is_required",
                    "rounds",
                    "group",
                    ("position", "figure_number"),
                )
            },
        ),
        (_("Texts in Danish"), {"fields": ("heading_da", "text_da", "help_da", "phrase_da")}),
        (_("Texts in English"), {"fields": ("heading_en", "text_en", "help_en", "phrase_en")}),
        (_("Wording"), {"fields": ("only_spelling", ("introduced_on", "reworded_on", "reworded_en_on"))}),
        (
            _("On the public pages"),
            {"fields": ("is_filterable", "is_searchable", "in_summary", "is_ordinal", "matrix_axis")},
        ),
    )
    readonly_fields = ("introduced_on", "reworded_on", "reworded_en_on")
    list_display = (
        "heading",
        "code",
        "figure_number",
        "kind",
        "position",
        "is_filterable",
        "is_searchable",
        "in_summary",
        "matrix_axis",
    )
    list_filter = ("rounds", "kind")
    search_fields = ("code", "heading_da", "heading_en", "text_da", "text_en")

    @admin.display(description=_("heading"), ordering="heading_da")
    def heading(self, question) -> str:
        return question.heading

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple, **kwargs)

    def has_delete_permission(self, request, obj=None) -> bool:
        is_needed = obj and (in_use(obj.options.all()) or obj.asked_alone_in())
        return super().has_delete_permission(request, obj) and not is_needed

    def save_model(self, request, obj, form, change) -> None:
        if change and form.is_reworded:
            obj.record_rewording()
        else:
            super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change) -> None:
        """The labels in the rows count as wording, too."""
        formset.only_spelling = form.cleaned_data.get("only_spelling")
        super().save_formset(request, form, formset, change)


@admin.register(Option)
class OptionAdmin(FixedCodeAdmin):
    """An option in use is retired instead of deleted; it can be brought back."""

    form = OptionPageForm
    fieldsets = (
        (None, {"fields": ("question", "code", "position", "is_other", "retired_on")}),
        (_("Texts in Danish"), {"fields": ("label_da", "short_da", "help_da")}),
        (_("Texts in English"), {"fields": ("label_en", "short_en", "help_en")}),
        (_("Search"), {"fields": ("synonyms_da", "synonyms_en")}),
        (_("Wording"), {"fields": ("only_spelling", ("introduced_on", "reworded_on", "reworded_en_on"))}),
    )
    readonly_fields = ("introduced_on", "reworded_on", "reworded_en_on")
    list_display = ("label", "code", "question", "position", "is_other", "retired_on", "answer_count")
    list_filter = ("question", ("retired_on", admin.EmptyFieldListFilter))
    list_select_related = ("question",)
    search_fields = ("code", "label_da", "label_en", "short_da", "short_en", "synonyms_da", "synonyms_en")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(answer_count=Count("answers", filter=PUBLISHED))

    @admin.display(description=_("label"), ordering="label_da")
    def label(self, option) -> str:
        return option.label

    @admin.display(description=_("published answers"), ordering="answer_count")
    def answer_count(self, option) -> int:
        return option.answer_count

    def get_readonly_fields(self, request, obj=None):
        fields = (*super().get_readonly_fields(request, obj), "retired_on")
        return ("question", *fields) if obj else fields

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and in_use(Option.objects.filter(pk=obj.pk)))

    def save_model(self, request, obj, form, change) -> None:
        is_reworded = change and form.is_reworded
        if "_retire" in request.POST:
            obj.retire(is_reworded=is_reworded)
        elif "_bring_back" in request.POST:
            obj.bring_back(is_reworded=is_reworded)
        elif is_reworded:
            obj.record_rewording()
        else:
            super().save_model(request, obj, form, change)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.counts_open = request.user.has_perm(REVIEW)
        return form

    def response_change(self, request, obj):
        """One message: that the option is retired or offered again takes the place of that it was changed."""
        if "_retire" in request.POST:
            text = gettext("“%(option)s” is retired. Earlier answers keep it.")
        elif "_bring_back" in request.POST:
            text = gettext("“%(option)s” is offered again.")
        else:
            return super().response_change(request, obj)
        self.message_user(request, text % {"option": obj})
        return self.response_post_save_change(request, obj)


@admin.register(FigureComment)
class FigureCommentAdmin(MarketDataAdmin):
    fields = ("question", "text_da", "text_en", "updated_on")
    readonly_fields = ("updated_on",)
    list_display = ("question", "text", "updated_on")
    list_select_related = ("question",)
    search_fields = ("text_da", "text_en", "question__heading_da", "question__heading_en")

    @admin.display(description=_("comment"))
    def text(self, comment) -> str:
        return comment.text

    def save_model(self, request, obj, form, change) -> None:
        obj.save_text()
