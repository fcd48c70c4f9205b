"""Authenticator apps of KL's staff, as a phone would use them."""

import base64
import hmac
import re
import struct
import time

from kl_ai.models import User
from kl_ai.security.models import OneTimeSecret

APP = "/totrin/app/"


def totp(secret: str) -> str:
    """The code that an app shows now: RFC 6238 with SHA-1, thirty seconds and six digits."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 0x0F)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def secret_on(page) -> str:
    return re.search(r'class="secret-key">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")


def approve(client) -> None:
    """Enter a code that an administrator has made for this client's user."""
    user = User.objects.get(pk=client.session["_auth_user_id"])
    client.post(APP, {"approval": OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, user)})


def enrol(client, next: str = "") -> tuple[str, list[str]]:
    """Sets up an app in this client's session: its secret and the recovery codes."""
    approve(client)
    secret = secret_on(client.get(APP))
    page = client.post(APP, {"code": totp(secret), "next": next}, follow=True)
    return secret, re.findall(r"<code>(\d{8})</code>", page.content.decode())
