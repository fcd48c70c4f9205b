"""The page on which each of KL's staff chooses the mails about the work that waits."""

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import User
from ..requests.http import AuthenticatedRequest
from ..waiting import WorkSection, kinds_for


class WorkMailForm(forms.Form):
    work_mail = forms.ChoiceField(
        label=_("Mails about what waits"), choices=User.WorkMail, widget=forms.RadioSelect, initial=User.WorkMail.DAILY
    )


def my_mails(site: AdminSite, request: AuthenticatedRequest) -> HttpResponse:
    """`/admin/mine-mails/`: the choice, and what the mails of this person are about. No query of its own on a GET."""
    user = request.user
    form = WorkMailForm(
        request.POST if request.method == "POST" else None,
        initial={"work_mail": user.work_mail},
        use_required_attribute=False,
    )
    if form.is_valid():
        user.choose_work_mail(form.cleaned_data["work_mail"])
        messages.success(request, gettext("Your choice is saved."))
        return redirect("admin:my_mails")
    context = {
        "title": gettext("My mails"),
        "form": form,
        "kinds": [kind.words(2) for kind in kinds_for(user, WorkSection.WORK)],
        **site.each_context(request),
    }
    return render(request, "admin/my_mails.html", context)
