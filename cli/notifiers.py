"""The ways to tell people that the operator's settings open."""

from __future__ import annotations

from alerting.notifiers.apprise import AppriseNotifier
from alerting.notifiers.email import EmailNotifier
from alerting.notifiers.webhook import WebhookNotifier
from alerting.ports import Notifier
from cli.settings import OperatorSettings
from domain.clock import Clock
from storage.register.notifications import Channel


def notifiers_of(settings: OperatorSettings, clock: Clock) -> dict[Channel, Notifier]:
    """Return a notifier for each channel that is set up.

    Raises:
        InputError: SEC-001, SEC-003, CFG-021, CFG-023, CFG-025, CFG-026.
    """
    found: dict[Channel, Notifier] = {}
    if settings.mail is not None:
        found[Channel.EMAIL] = EmailNotifier(settings.mail.config())
    if settings.webhook is not None:
        found[Channel.WEBHOOK] = WebhookNotifier(settings.webhook.config(), clock)
    if settings.apprise.enabled:
        found[Channel.APPRISE] = AppriseNotifier()
    return found
