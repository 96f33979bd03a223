"""Reports of mail servers about mail that they could not deliver."""

from __future__ import annotations

from tests.support.scenario_mail import Told


def report_on(told: Told, *, status: str) -> bytes:
    """Write the report of a mail server about a mail that it could not deliver (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mail.example
To: mimamori@city.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Tue, 10 Mar 2026 09:00:00 +0900

Final-Recipient: rfc822; {told.message.address}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--edge
Content-Type: text/rfc822-headers

From: mimamori@city.example
To: {told.message.address}
Message-ID: <{told.message.id}@city.example>
Subject: something

--edge--
""".replace("\n", "\r\n").encode()
