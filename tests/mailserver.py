"""A mail server that answers after the domain of the address; what it takes lies in `django.core.mail.outbox`."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

from django.core.mail.backends.locmem import EmailBackend

DOWN = "nede.example"
"""Here the server breaks off, with a line that would like to be a header."""
ANSWERS = {
    "ukendt.example": (550, b"5.1.1 No such user"),
    "fuld.example": (452, b"4.2.2 Mailbox full"),
    "politik.example": (554, b"5.7.1 Relay access denied"),
}


class Server(EmailBackend):
    def send_messages(self, messages) -> int:
        for message in messages:
            (to,) = message.to
            domain = to.partition("@")[2]
            if domain == DOWN:
                raise SMTPServerDisconnected("Connection unexpectedly closed\r\nBcc: x@evil.example")
            if domain in ANSWERS:
                raise SMTPRecipientsRefused({to: ANSWERS[domain]})
        return super().send_messages(messages)
