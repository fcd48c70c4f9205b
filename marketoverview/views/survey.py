"""The vendor's own answers: what KL has, what is public, what was decided and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from .. import profiles
from ..models import Response, Vendor
from ..snapshot import of


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/`: the vendors that the user acts for, with their responses. Three queries."""
    vendors = Vendor.objects.of_member(request.user).with_responses()
    context = {"nav_current": "vendor", "crumbs": [(_("Your company"), "")], "vendors": vendors}
    return render(request, "marketoverview/vendor_home.html", context)


@never_cache
def response(request: HttpRequest, pk: int) -> HttpResponse:
    """One response as the public would see it, with its history. A stranger gets 404."""
    visible = Response.objects.visible_to(request.user).with_everything()
    found = get_object_or_404(visible.prefetch_related("events"), pk=pk)
    market = of(request)
    context = {
        "nav_current": "vendor",
        "crumbs": [(_("Your company"), "../../"), (str(found.vendor), "")],
        "vendor": found.vendor,
        "response": found,
        "sections": profiles.sections(market, found),
        "offerings": profiles.offerings(found),
        "contact": profiles.contact(found),
        "facts": profiles.facts(market, found),
        "events": found.events.all(),
    }
    return render(request, "marketoverview/vendor_response.html", context)
