"""The application: parse, call one service, render. `create_app` puts the parts together."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from mitfahr.settings import Settings
from web import (
    access,
    assets,
    compression,
    errors,
    filters,
    headers,
    language,
    login,
    trust_words,
    walk_words,
)
from web.forms.fields import chosen, errors_of
from web.map_credit import map_credit
from web.map_source import map_source
from web.menu import account_menu, menu
from web.portal import EXTENSION, Portal, portal
from web.timetable_notice import timetable_notice
from web.views import (
    access_tokens,
    account,
    api,
    api_bookings,
    booking,
    brand,
    calls,
    cancel_link,
    companions,
    comparisons,
    connection,
    demand,
    driving,
    duty,
    duty_link,
    feeds,
    figures,
    findings,
    going_live,
    health,
    invitations,
    journeys,
    language_switch,
    legal,
    lines,
    local,
    maps,
    notices,
    offers,
    offline,
    organisations,
    outbox,
    profile,
    realtime,
    reports,
    rides,
    run_lines,
    runs,
    search,
    series,
    standing_orders,
    stops,
    telephone,
    timetables,
    vehicle_log,
    waiting,
    wishes,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    search.views,
    connection.views,
    stops.views,
    lines.views,
    notices.views,
    booking.views,
    journeys.views,
    cancel_link.views,
    duty_link.views,
    duty.views,
    wishes.views,
    standing_orders.views,
    waiting.views,
    offers.views,
    series.views,
    rides.views,
    driving.views,
    vehicle_log.views,
    figures.views,
    runs.views,
    organisations.views,
    run_lines.views,
    demand.views,
    invitations.views,
    feeds.views,
    timetables.views,
    going_live.views,
    realtime.views,
    comparisons.views,
    findings.views,
    local.views,
    reports.views,
    outbox.views,
    telephone.views,
    calls.views,
    companions.views,
    profile.views,
    account.views,
    access_tokens.views,
    api.views,
    api_bookings.views,
    maps.views,
    legal.views,
    brand.views,
    offline.views,
    language_switch.views,
    health.views,
)
"""Every group of pages; a new one is added here and gets its rows in tests/web/test_access.py."""

MAX_FORM_BYTES = 256 * 1024
"""No form of the portal is longer; a view that takes files sets `request.max_content_length` itself."""

csrf = CSRFProtect()


def create_app(settings: Settings) -> Flask:
    """The portal as a WSGI application; raises RuntimeError when a view states no access rule."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="mitfahr",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: slow readers must not lose their form
        WTF_CSRF_SSL_STRICT=True,
    )
    app.extensions[EXTENSION] = Portal.open(settings)
    language.register(app)
    csrf.init_app(app)
    login.register(app)
    errors.register(app)
    headers.protect(app, https=settings.is_https)
    compression.compress(app)
    assets.serve(app, settings.data_dir)
    brand.register(app)
    filters.register(app)
    trust_words.register(app)
    walk_words.register(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        chosen=chosen, errors_of=errors_of, map_credit=map_credit, map_source=map_source
    )
    app.context_processor(_for_every_page)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for reads_only in (search.views, connection.views, stops.search, booking.review, wishes.form, maps.views):
        csrf.exempt(reads_only)  # whoever takes no cookies can still search and look
    csrf.exempt(legal.feedback)  # changes nothing in anybody's name; its form carries a signed moment
    for shows_a_secret in (cancel_link.views, duty_link.views, api_bookings.views):
        csrf.exempt(shows_a_secret)  # in the request itself: no cookie says who is asking
    csrf.exempt(language_switch.views)  # see there
    for takes_a_file in (timetables.upload, local.take_table):
        csrf.exempt(takes_a_file)  # looks at its token itself, after allowing a longer body
    access.guard(app)
    if settings.is_https:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def _for_every_page() -> dict[str, object]:
    return {
        "settings": portal().settings,
        "menu": menu,
        "account_menu": account_menu,
        "timetable_notice": timetable_notice(),
    }
