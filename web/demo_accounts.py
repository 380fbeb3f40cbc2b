"""The accounts of the demonstration, for the log-in page: whoever looks around needs no account of their own."""

from __future__ import annotations

from mitfahr.db.timetables import serving
from mitfahr.demo.accounts import Account, accounts
from web.portal import portal


def demo_accounts() -> list[Account]:
    """Those who can log in; [] while a real timetable serves, or none."""
    with portal().reading() as session:
        feed = serving(session).feed
    if feed is None or not feed.is_demo:
        return []
    return [account for account in accounts() if account.can_log_in]
