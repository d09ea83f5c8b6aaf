"""The page that Prometheus reads. It knows no session; in production it asks for a token of its own."""

from flask import Blueprint, Response, after_this_request, current_app, request
from flask.blueprints import BlueprintSetupState

from app.errors import AppError, NotFound
from app.log import get_logger
from app.ops.scrape import Asker, Scrape
from app.security.access import Who, access
from app.services import EXTENSION

_SCRAPE = "autocharge_scrape"

blueprint = Blueprint("metrics", __name__)
log = get_logger(__name__)


class WrongToken(AppError):
    status = 401
    type = "wrong_token"
    message = "Send the METRICS_TOKEN of this install as a bearer token."


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[_SCRAPE] = Scrape(state.app.extensions[EXTENSION])


@blueprint.get("/metrics")
@access(who=Who.ANYONE, csrf=False, rate=None)
def metrics() -> Response:
    scrape = current_app.extensions[_SCRAPE]
    match scrape.asker(request.headers.get("Authorization")):
        case Asker.NOBODY:
            log.warning("metrics.closed", mend="set METRICS_TOKEN")
            raise NotFound
        case Asker.REFUSED:
            log.warning("metrics.refused")
            after_this_request(_ask_for_a_token)
            raise WrongToken
    body, content_type = scrape.text()
    return Response(body, content_type=content_type)


def _ask_for_a_token(response: Response) -> Response:
    response.headers["WWW-Authenticate"] = "Bearer"
    return response
