"""Pages of the administration in tests: their text, the data that their form sends, their messages."""

import re
from html.parser import HTMLParser

from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from marketoverview.models import Response


class Page:
    """An admin page: its text, and its form to send."""

    def __init__(self, client: Client, url: str, response=None) -> None:
        """The page at this address; `response` is what the client has got already, of a POST for example."""
        self.client, self.url = client, url
        self.response = response or client.get(url)
        self.text = self.response.content.decode()

    def send(self, **changes):
        """Post the form as it was shown, with these changes; returns the page that follows."""
        return self.client.post(self.url, form_data(self.text) | changes, follow=True)


class SentForm(HTMLParser):
    """Collects what the browser would send of the page's own form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str | list[str]] = {}
        self._inside = False
        self._name = ""

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        name = attrs.get("name") or ""
        if tag == "form":
            self._inside = attrs.get("id") != "logout-form"
        if tag in ("select", "textarea"):
            self._name = name
        if not self._inside or "__prefix__" in (name or self._name):
            return
        if tag == "input" and name and attrs.get("type") != "submit":
            if attrs.get("type") == "radio":
                if "checked" in attrs:
                    self.values[name] = attrs.get("value", "on")
            elif attrs.get("type") == "hidden" and name in self.values:  # one of several values
                earlier = self.values[name]
                self.values[name] = [*([earlier] if isinstance(earlier, str) else earlier), attrs.get("value", "")]
            elif attrs.get("type") != "checkbox":
                self.values[name] = attrs.get("value", "")
            elif "checked" in attrs:
                self.values.setdefault(name, []).append(attrs.get("value", "on"))
        elif tag == "option" and self._name and "selected" in attrs:
            self.values[self._name] = attrs.get("value", "")
        elif tag == "textarea":
            self.values[name] = ""

    def handle_data(self, data):
        if self._inside and self._name in self.values and self.lasttag == "textarea":
            self.values[self._name] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._name = ""
        if tag == "form":
            self._inside = False


def form_data(html: str) -> dict:
    """The fields that a browser sends of the page's form when nothing is typed, by name."""
    form = SentForm()
    form.feed(html)
    # A browser ends the lines of a text with CR and LF.
    return {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in form.values.items()
    }


def admin_url(model: type[Model], page: str, *args, language: str = "en") -> str:
    with override(language):
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def tasks(client: Client, app: str = "") -> dict[str, int]:
    """The tasks on the front page that lead to this app: their address, and how many there are to do."""
    with override("en"):
        page = client.get(reverse("admin:index"))
    waiting = [each for _section, found in page.context["work"] for each in found]
    return {each.url: each.number for each in waiting if app in each.url}


def inline_code(html: str) -> list[str]:
    """Whatever the content security policy would stop on the page: style, scripts and handlers within it."""
    return re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)[^>]*>", html)


def step(response: Response, name: str) -> str:
    return admin_url(Response, "step", response.pk, name)


def message_text(response) -> str:
    """The messages on the page, one to a line."""
    return "\n".join(str(message) for message in response.context["messages"])


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client
