"""Turns errors into answers: JSON for programs, a plain page for people, details in development only."""

import traceback

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.auth.sign_in import way_in
from app.db import is_away
from app.errors import AppError, InvalidToken, NotSignedIn, TooMany, Unavailable
from app.log import get_logger, masked
from app.masking import mask_path
from app.security.tracing import request_id
from app.services import services

FOR_PEOPLE = ("/api/whop/", "/api/docs")
FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")
STATUS_TYPES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}

log = get_logger(__name__)


def install(app: Flask) -> None:
    app.register_error_handler(AppError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unexpected)


def _known(error: AppError) -> AnyResponse:
    if isinstance(error, NotSignedIn) and not _for_program():
        return _to_sign_in()
    answer = _answer(error.status, error.type, error.message, fields=getattr(error, "fields", None))
    if isinstance(error, NotSignedIn):
        wrong = isinstance(error, InvalidToken)
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if wrong else "Bearer"
    if isinstance(error, TooMany | Unavailable):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400:
        return AnyResponse.force_type(error.get_response())
    kind = STATUS_TYPES.get(status, "error")
    answer = _answer(status, kind, error.description or error.name)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _database(error: SQLAlchemyError) -> AnyResponse:
    if not is_away(error):
        return _unexpected(error)
    services().database.tell_away("request.database_away", error, path=mask_path(request.path))
    return _known(Unavailable())


def _unexpected(error: Exception) -> AnyResponse:
    log.exception("request.failed", method=request.method, path=mask_path(request.path))
    return _answer(500, "internal", AppError.message, trace=masked(traceback.format_exc()))


def _answer(
    status: int,
    kind: str,
    message: str,
    *,
    fields: dict[str, str] | None = None,
    trace: str | None = None,
) -> Response:
    development = not services().settings.production
    if _for_program():
        body: dict[str, object] = {"type": kind, "message": message, "request_id": request_id()}
        if fields and development:
            body["details"] = fields
        if trace and development:
            body["trace"] = trace
        answer = jsonify(error=body)
    else:
        answer = make_response(
            render_template(
                "error.html",
                status=status,
                kind=kind,
                message=message,
                fields=fields or {},
                trace=trace if development else None,
                request_id=request_id(),
            )
        )
    answer.status_code = status
    return answer


def _for_program() -> bool:
    if request.path.startswith(FOR_PROGRAMS):
        return not request.path.startswith(FOR_PEOPLE)
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def _to_sign_in() -> AnyResponse:
    wanted = request.script_root + request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(way_in(wanted if wanted not in ("", "/") else None))
