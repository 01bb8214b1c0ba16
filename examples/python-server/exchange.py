"""What holds for each request and answer: form, headers, refusals, body, chunks."""

import json
import os
import re
from http.server import BaseHTTPRequestHandler

from problems import Problem, invalid

ORIGINS = set(filter(None, os.environ.get("ORIGINS", "").split(",")))
READABLE = "Content-Location, ETag, Location, NFT-Protocol, NFT-Stream-Gap, Retry-After"
MAX_BODY = 16 * 1024


def wants_json(accept):
    """Which of the two forms: the higher quality wins, then a named one, then the stream."""
    best = {}
    for part in (accept or "*/*").lower().split(","):
        kind, *parameters = [piece.strip() for piece in part.split(";")]
        quality = next(
            (float(piece[2:]) for piece in parameters if re.fullmatch(r"q=[01](\.\d+)?", piece)),
            1.0,
        )
        for form in ("text/event-stream", "application/json"):
            ranges = ("*/*", form.split("/")[0] + "/*", form)
            rank = ranges.index(kind) if kind in ranges else -1
            if rank >= 0 and rank > best.get(form, (0, -1))[1]:
                best[form] = (quality, rank)
    ranked = sorted(((score, form) for form, score in best.items() if score[0] > 0), reverse=True)
    if not ranked:
        raise Problem("not_acceptable")
    return ranked[0][1] == "application/json"


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, value=None, headers=None):
        body = b"" if value is None else json.dumps(value).encode()
        self.head(
            status,
            {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **(headers or {}),
            },
        )
        if self.command != "HEAD":
            self.wfile.write(body)

    def head(self, status, headers):
        self.send_response(status)
        vary = ", ".join(filter(None, (headers.pop("Vary", ""), "Origin")))
        common = {
            "NFT-Protocol": "1",
            "X-Content-Type-Options": "nosniff",
            "Vary": vary,
            "Cache-Control": "no-store",
            **headers,
        }
        if self.headers.get("Origin") in ORIGINS:
            common |= {
                "Access-Control-Allow-Origin": self.headers["Origin"],
                "Access-Control-Expose-Headers": READABLE,
            }
        for name, text in common.items():
            self.send_header(name, text)
        self.end_headers()

    def answer(self):
        try:
            self.route()
        except Problem as problem:
            if self.unread():
                self.close_connection = True
            self.reply(
                problem.status,
                problem.body,
                {"Content-Type": "application/problem+json", **problem.headers},
            )
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = answer

    def unread(self):
        length = int(self.headers.get("Content-Length") or 0)
        return length > 0 and not getattr(self, "was_read", False)

    def body(self, optional=False):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            raise Problem("body_too_large")
        text = self.rfile.read(length)
        self.was_read = True
        if optional and not text:
            return {}
        if not re.fullmatch(
            r"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?",
            self.headers.get("Content-Type") or "",
            re.I,
        ):
            raise Problem("unsupported_media_type")
        try:
            value = json.loads(text)
        except ValueError:
            raise Problem("malformed_json") from None
        if not isinstance(value, dict):
            raise invalid("(root)", "has to be an object")
        return value

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()
