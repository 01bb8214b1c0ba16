"""Refusals, as problem+json (RFC 9457)."""

# code: (status, retryable, actor, title)
CODES = {
    "malformed_json": (400, False, "operator", "The request body is not valid JSON."),
    "invalid_request": (422, False, "operator", "The request does not have the expected shape."),
    "unauthenticated": (401, False, "user", "You are not signed in."),
    "not_found": (404, False, "user", "There is nothing here for you."),
    "method_not_allowed": (405, False, "operator", "This route does not take that method."),
    "not_acceptable": (406, False, "operator", "None of the accepted formats can be served."),
    "body_too_large": (413, False, "operator", "The request body is too large."),
    "unsupported_media_type": (
        415,
        False,
        "operator",
        "The request body has an unsupported content type.",
    ),
    "idempotency_conflict": (
        409,
        False,
        "operator",
        "This idempotency key was used for another request.",
    ),
    "cancel_refused": (
        409,
        False,
        "user",
        "It is too late to cancel, or there is nothing left to cancel.",
    ),
    "retry_refused": (409, False, "user", "There is no waiting recovery to run."),
    "burn_not_expected": (409, False, "user", "The operation is not waiting for a burn."),
    "burn_still_valid": (409, True, "user", "The earlier burn transaction may still land."),
    "protocol_unsupported": (
        426,
        False,
        "operator",
        "Client and server speak different protocol versions.",
    ),
}


class Problem(Exception):
    def __init__(self, code, headers=None, **members):
        super().__init__(code)
        self.status, retryable, actor, title = CODES[code]
        self.headers = headers or {}
        self.body = {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "code": code,
            "retryable": retryable,
            "actor": actor,
            **members,
        }


def invalid(field, problem):
    return Problem("invalid_request", details={"field": field, "problem": problem})
