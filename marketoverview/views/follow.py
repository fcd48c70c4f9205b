"""The pages on which somebody follows a selection by mail, without a login: the form, the link of the mails, the end.

No page here sets a cookie or has a CSRF token. The form does what anybody may do, and the limits count it; a browser that
another website makes send it gets the empty form. Whatever the link of a mail does needs its secret, which no other website knows,
and mail programs end a following by a POST without anything else (RFC 8058).
"""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from kl_ai.forms import LowercaseEmailField
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.people import limits
from kl_ai.people.tokens import ORIGIN_ONLY
from kl_ai.requests.http import get_and_post
from kl_ai.security import log as security_log

from ..mails.following import send_confirmation
from ..market import wording
from ..market.following import read_stored, seen_in, stored_query
from ..market.selection import Selection
from ..market.snapshot import Snapshot, snapshots
from ..models import Follower
from ..models.followers import CONFIRM_WITHIN, MAX_SELECTION
from .selection_page import links, read


class FollowForm(forms.Form):
    email = LowercaseEmailField(
        label=gettext_lazy("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "class": "input-width-l"}),
        help_text=gettext_lazy("You get a mail with a link, on which you confirm. Before that nothing is sent."),
    )


# The form -----------------------------------------------------------------------------------------


@csrf_exempt
@login_not_required
@get_and_post
def follow(request: HttpRequest) -> HttpResponseBase:
    """`/markedsoverblik/foelg/?…`: the form with the address, for the selection in the query string."""
    return request_now(request) if request.method == "POST" else empty_form(request)


@versioned_page
def empty_form(request: HttpRequest) -> HttpResponse:
    return form_page(request, FollowForm())


def request_now(request: HttpRequest) -> HttpResponse:
    """Send the mail with the link, and lead to the page that says so; the form with its errors where it is not sent.

    The answer is the same for every address: it does not say whether the address follows anything.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect(request.get_full_path())
    snapshot, selection = read(request)
    form = FollowForm(request.POST)
    query = stored_query(selection)
    if not form.is_valid():
        return form_page(request, form)
    if len(query) > MAX_SELECTION:
        form.add_error(None, _too_long(selection))
        return form_page(request, form)
    email = form.cleaned_data["email"]
    try:
        is_mailed = limits.consume("follow", recipient=email, origin=request)
    except limits.LimitReached as reached:
        form.add_error(None, f"{reached} {_('The feed can be followed without an address.')}")
        return form_page(request, form, retry_after=reached.seconds)
    if is_mailed:
        with transaction.atomic():
            follower = Follower.request(email, query, (get_language() or "da")[:2])
            send_confirmation(follower, snapshot)
    security_log.record("follow_requested", request, recipient=security_log.address_hash(email))
    return redirect(reverse("market:follow_requested") + selection.link_query)


def _too_long(selection: Selection) -> str:
    """What to shorten: the free text, where the selection could be followed without it, else the options."""
    if selection.q and len(stored_query(selection.without_query())) <= MAX_SELECTION:
        return _("The search text is too long to be followed. Write fewer words.")
    return _("The selection is too long to be followed. Choose fewer options.")


def form_page(request: HttpRequest, form: FollowForm, *, retry_after: int = 0) -> HttpResponse:
    """The page of the form; with status 429 where a limit is reached."""
    snapshot, selection = read(request)
    context = about_selection(snapshot, selection) | {
        "form": form,
        "notices": selection.notices,
        "action": request.path + selection.link_query,
        "feed_url": reverse("market:feed") + selection.filter_query,
    }
    crumbs = [(_("Find companies"), context["directory_url"]), (_("Follow by mail"), "")]
    status = 429 if retry_after else None
    template = "marketoverview/follow.html"
    return render_page(
        request, template, context, nav_current="market", crumbs=crumbs, status=status, retry_after=retry_after
    )


def about_selection(snapshot: Snapshot, selection: Selection) -> dict[str, Any]:
    """The selection in words, how many companies it holds now, and the addresses of pages about it. No query."""
    total = snapshot.count(selection.chosen, selection.q)
    return {
        **links(selection),
        "sentence": wording.sentence(snapshot, selection, total),
        "is_everything": selection.is_everything,
    }


@versioned_page
def requested(request: HttpRequest) -> HttpResponse:
    """`…/sendt/`: what happens now; the same for every address."""
    snapshot, selection = read(request)
    context = about_selection(snapshot, selection) | {
        "days": CONFIRM_WITHIN.days,
        "again_url": reverse("market:follow") + selection.link_query,
    }
    crumbs = [(_("Find companies"), context["directory_url"]), (_("Follow by mail"), "")]
    return render_page(request, "marketoverview/follow_requested.html", context, nav_current="market", crumbs=crumbs)


# The links of the mails ---------------------------------------------------------------------------


@csrf_exempt
@login_not_required
@never_cache
@get_and_post
def following(request: HttpRequest, token: str) -> HttpResponse:
    """`…/foelg/<token>/`: what the address follows, with the button that confirms or renews; a GET changes nothing."""
    follower = Follower.objects.with_token(token)
    if follower is None:
        return page_of_none(request, token)
    snapshot = snapshots.for_request(request)
    followed = read_stored(follower.selection, snapshot)
    problem = ""
    if request.method == "POST" and not followed.is_over:
        try:
            follower.confirm(seen_in(snapshot, followed.selection))
        except ValidationError as refused:
            problem = " ".join(refused.messages)
        else:
            security_log.record("follow_confirmed", request, recipient=security_log.address_hash(follower.email))
            return redirect("market:following", token)
    context = about_selection(snapshot, followed.selection) | {
        "follower": follower,
        "followed": followed,
        "problem": problem,
        "token": token,
    }
    return token_page(request, "marketoverview/following.html", context)


@csrf_exempt
@login_not_required
@never_cache
@get_and_post
def unfollow(request: HttpRequest, token: str) -> HttpResponse:
    """`…/foelg/<token>/stop/`: end the following by POST, once and as often as it is sent; a GET asks first.

    It answers a POST with a page and no redirect, as mail programs that send it need it (RFC 8058).
    """
    follower = Follower.objects.with_token(token)
    if request.method != "POST":
        if follower is None:
            return page_of_none(request, token)
        snapshot = snapshots.for_request(request)
        selection = read_stored(follower.selection, snapshot).selection
        context = about_selection(snapshot, selection) | {"follower": follower, "token": token}
        return token_page(request, "marketoverview/unfollow.html", context)
    if Follower.SIGNER.read(token) is None:
        raise Http404
    if follower is not None and follower.end():
        security_log.record("follow_ended", request, recipient=security_log.address_hash(follower.email))
    return token_page(request, "marketoverview/unfollowed.html", {"directory_url": reverse("market:directory")})


def page_of_none(request: HttpRequest, token: str) -> HttpResponse:
    """410 for a link that has worked once or whose time is over; raises 404 for one that never did."""
    if Follower.SIGNER.read(token) is None:
        raise Http404
    return token_page(request, "marketoverview/follow_gone.html", {"days": CONFIRM_WITHIN.days}, status=410)


def token_page(request: HttpRequest, template: str, context: dict[str, Any], status: int | None = None) -> HttpResponse:
    """A page whose address holds a secret: no other page learns it."""
    crumbs = [(_("Find companies"), reverse("market:directory")), (_("Follow by mail"), "")]
    response = render_page(request, template, context, nav_current="market", crumbs=crumbs, status=status)
    response["Referrer-Policy"] = ORIGIN_ONLY
    return response
