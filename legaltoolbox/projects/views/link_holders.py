"""What the pages behind a vendor's link have in common: who gets in, the frame, and a link that has ended.

Whoever has the link has the recipient's rights, and needs nothing else: no login, no session, no cookie. So the forms have no
CSRF token, which would need a cookie. It would protect nothing: a page that makes a browser send a form must know the address,
and the address holds the secret. That no response keeps the address, or tells it to another website or to a search engine,
is seen to by `middleware.ProjectsNotKept`, for errors and redirects too.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from kl_ai.drafts.autosave import refused_response
from kl_ai.pages.frame import Crumbs, render_page
from kl_ai.people import limits
from kl_ai.requests.http import is_fetch

from ..models import Project, Recipient
from ..models.annex_recipients import read_token
from ..models.annexes import READ_FOR
from ..work.answer_progress import typed_texts


def for_link_holders(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A decorator for a page behind a link: the view gets the recipient in the place of the token.

    410 for a link that was revoked, replaced or has expired, 404 for any other text; neither says anything of an annex.
    One query beside those of the view.
    """

    @csrf_exempt
    @login_not_required
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, token: str, **arguments: Any) -> HttpResponseBase:
        recipient = Recipient.objects.with_token(token)
        if recipient is None:
            return link_ended(request, token)
        try:
            return view(request, recipient, **arguments)
        except Project.DoesNotExist:
            raise Http404 from None

    return page


def link_ended(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a link that has ended, with what a form has sent, so that it is not lost. Raises `Http404` for no link. No query."""
    if not any(read_token(token)):
        raise Http404
    title = _("The link does not work any more")
    if is_fetch(request):
        return refused_response(f"{title}. {_('Nothing was stored. What you have written is still on the page.')}")
    context = {"title": title, "typed": typed_texts(request.POST)}
    return render_page(request, "projects/answers/ended.html", context, crumbs=[(title, "")], status=410)


def answer_page(
    request: HttpRequest,
    recipient: Recipient,
    name: str,
    title: str = "",
    *,
    status: int | None = None,
    retry_after: int = 0,
    **context: Any,
) -> HttpResponse:
    """The page `projects/answers/<name>.html`; the overview has no `title`. No query."""
    annex, token = recipient.annex, recipient.token
    overview = reverse("vendor_answers:overview", args=[token])
    crumbs: Crumbs = [(annex.title, overview), (title, "")] if title else [(annex.title, "")]
    context |= {
        "title": title or annex.title,
        "annex": annex,
        "recipient": recipient,
        "municipality": annex.project.municipality,
        "token": token,
        "overview_url": overview,
        "takes_answers": annex.takes_answers,
        "readable_until": annex.deadline + READ_FOR,
    }
    template = f"projects/answers/{name}.html"
    return render_page(request, template, context, crumbs=crumbs, status=status, retry_after=retry_after)


def still_answering(recipient: Recipient) -> bool:
    """Whether the link still works and the annex still takes answers, asked anew. One query."""
    now = Recipient.objects.with_token(recipient.token)
    return now is not None and now.annex.takes_answers


def refused_page(request: HttpRequest, recipient: Recipient, reason: str) -> HttpResponse:
    """The page after a form that came too late, with all that was written, so that it can be copied. One query."""
    if Recipient.objects.with_token(recipient.token) is None:
        return link_ended(request, recipient.token)
    context: dict[str, Any] = {"reason": reason, "typed": typed_texts(request.POST)}
    return answer_page(request, recipient, "refused", _("Nothing was stored"), status=409, **context)


def consume(action: str, request: HttpRequest, recipient: Recipient) -> bool:
    """Count an attempt of the holder of a link (`kl_ai.people.limits`): of the recipient, and of it from this origin."""
    return limits.consume(action, recipient=f"annex recipient {recipient.pk}", origin=request)


def limited_response(reached: limits.LimitReached) -> JsonResponse:
    """The answer to a script that saves too often: it tries again by itself."""
    response = JsonResponse({"text": str(reached)}, status=429)
    response["Retry-After"] = str(reached.seconds)
    return response
