"""Which role may ask for which route: one table, deny by default.

A route that is not listed here is answered to nobody, and the application refuses to start with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.access import Role

C, T, A, U = Role.CASEWORKER, Role.TECHNICIAN, Role.ADMINISTRATOR, Role.AUDITOR
STAFF = frozenset({C, T, A, U})
ACTING = frozenset({C, T, A})
"""Those who take on and close cases; which ones, `storage.register.reach` decides."""
LOOKING_AFTER = frozenset({C, Role.FAMILY})
"""Those who may see when a resident moves; the family as far as the resident agreed."""
LOOKING = frozenset({C, T, U})
"""Those who see what is paused; who may change it, `domain.absence.may_set` decides."""
ANYBODY_SIGNED_IN = frozenset(Role) - {Role.SYSTEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may ask for a route."""

    roles: frozenset[Role] = frozenset()
    is_public: bool = False
    """Whether nobody needs to be signed in."""
    is_stream: bool = False
    """Whether it is asked by a script, which is told 401 and not shown a form."""
    is_api: bool = False
    """Whether it is asked by a program and ends by itself; told 401 as well."""


_PUBLIC = Rule(is_public=True)

RULES: Mapping[tuple[str, str], Rule] = {
    ("GET", "/static/{name}"): _PUBLIC,
    ("GET", "/healthz"): _PUBLIC,
    ("GET", "/sign-in"): _PUBLIC,
    ("POST", "/sign-in"): _PUBLIC,
    ("POST", "/sign-out"): _PUBLIC,
    ("GET", "/r/{token}"): _PUBLIC,
    ("GET", "/r/{token}/{reply}"): _PUBLIC,
    ("POST", "/r/{token}/{reply}"): _PUBLIC,
    ("GET", "/settings"): _PUBLIC,
    ("POST", "/settings"): _PUBLIC,
    ("POST", "/settings/sessions/end"): Rule(roles=ANYBODY_SIGNED_IN),
    ("GET", "/contacts"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/quiet"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/{contact_id}/code"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/{contact_id}/prove"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/{contact_id}/after"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/{contact_id}/disable"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/{contact_id}/enable"): Rule(roles=ANYBODY_SIGNED_IN),
    ("POST", "/contacts/{contact_id}/remove"): Rule(roles=ANYBODY_SIGNED_IN),
    ("GET", "/"): Rule(roles=ANYBODY_SIGNED_IN),
    ("GET", "/family"): Rule(roles=frozenset({Role.FAMILY})),
    ("GET", "/live/family"): Rule(roles=frozenset({Role.FAMILY}), is_stream=True),
    ("GET", "/live/homes"): Rule(roles=STAFF, is_stream=True),
    ("GET", "/homes/{home_id}"): Rule(roles=STAFF),
    ("GET", "/live/homes/{home_id}"): Rule(roles=STAFF, is_stream=True),
    ("GET", "/homes/{home_id}/timeline"): Rule(roles=LOOKING_AFTER),
    ("GET", "/live/homes/{home_id}/timeline"): Rule(roles=LOOKING_AFTER, is_stream=True),
    ("GET", "/api/v1/homes/{home_id}/timeline"): Rule(roles=LOOKING_AFTER, is_api=True),
    ("POST", "/homes/{home_id}/reports"): Rule(roles=frozenset({C})),
    ("GET", "/on-call"): Rule(roles=STAFF),
    ("GET", "/live/on-call"): Rule(roles=STAFF, is_stream=True),
    ("GET", "/digest"): Rule(roles=frozenset({C})),
    ("POST", "/digest/wish"): Rule(roles=frozenset({C})),
    ("GET", "/absences"): Rule(roles=LOOKING),
    ("GET", "/homes/{home_id}/absences"): Rule(roles=LOOKING),
    ("POST", "/homes/{home_id}/absences"): Rule(roles=frozenset({C})),
    ("POST", "/homes/{home_id}/absences/{absence_id}/extend"): Rule(roles=frozenset({C})),
    ("POST", "/homes/{home_id}/absences/{absence_id}/end"): Rule(roles=frozenset({C})),
    ("POST", "/homes/{home_id}/absences/{absence_id}/cancel"): Rule(roles=frozenset({C})),
    ("POST", "/homes/{home_id}/modes"): Rule(roles=frozenset({C, T})),
    ("POST", "/homes/{home_id}/modes/{pause_id}/end"): Rule(roles=frozenset({C, T})),
    ("POST", "/homes/{home_id}/modes/{pause_id}/leave"): Rule(roles=frozenset({C, T})),
    ("GET", "/cases"): Rule(roles=STAFF),
    ("GET", "/live/cases"): Rule(roles=STAFF, is_stream=True),
    ("GET", "/cases/{case_id}"): Rule(roles=STAFF),
    ("GET", "/live/cases/{case_id}"): Rule(roles=STAFF, is_stream=True),
    ("POST", "/cases/{case_id}/acknowledge"): Rule(roles=ACTING),
    ("POST", "/cases/{case_id}/resolve"): Rule(roles=ACTING),
    ("POST", "/cases/{case_id}/attempts"): Rule(roles=ACTING),
}
