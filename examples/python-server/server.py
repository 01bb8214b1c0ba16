"""A small server of the NFT upgrade protocol, written from packages/core/PROTOCOL.md alone.

It needs Python's standard library only:

    TOKENS=alice-token=alice,bob-token=bob PORT=8080 python3 server.py
"""

import base64
import binascii
import hashlib
import json
import os
import re
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from exchange import Exchange, wants_json
from operations import Operations, base58
from problems import Problem, invalid
from processes import PROCESSES

BASE = "/api/v1/nft/"
HEALTH = "/api/v1/monitoring/sse-health"
HEARTBEAT_MS = int(os.environ.get("HEARTBEAT_MS", "15000"))
TOKENS = dict(pair.split("=") for pair in os.environ.get("TOKENS", "alice-token=alice").split(","))
BY_PATH = {definition["path"]: name for name, definition in PROCESSES.items()}
SENDABLE = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, NFT-Protocol"
)

operations = Operations()


class Handler(Exchange):
    def route(self):
        self.was_read = False
        url = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == HEALTH:
            return self.reply(
                200, {"status": "healthy", "stats": {"threads": threading.active_count()}}
            )
        process, *rest = url.path[len(BASE) :].split("/") if url.path.startswith(BASE) else [""]
        endpoint = self.endpoints().get(
            "/".join(["", *["id" if at == 0 else part for at, part in enumerate(rest)]])
        )
        if (
            process not in BY_PATH
            or endpoint is None
            or (rest and not re.fullmatch(r"[\w-]{1,128}", rest[0]))
        ):
            raise Problem("not_found")
        allowed = [*endpoint, *(["HEAD"] if "GET" in endpoint else []), "OPTIONS"]
        if self.command == "OPTIONS":
            return self.head(
                204,
                {
                    "Allow": ", ".join(allowed),
                    "Access-Control-Allow-Methods": ", ".join(allowed),
                    "Access-Control-Allow-Headers": SENDABLE,
                },
            )
        if self.command not in allowed:
            raise Problem("method_not_allowed", {"Allow": ", ".join(allowed)})
        if self.headers.get("NFT-Protocol") not in (None, "1"):
            raise Problem("protocol_unsupported")
        self.process = BY_PATH[process]
        self.user = TOKENS.get((self.headers.get("Authorization") or "").removeprefix("Bearer "))
        if not self.user:
            raise Problem("unauthenticated", {"WWW-Authenticate": "Bearer"})
        act = endpoint["GET" if self.command == "HEAD" else self.command]
        return act(*rest[:1])

    def endpoints(self):
        return {
            "": {"GET": self.active, "POST": self.start},
            "/id": {"GET": self.snapshot},
            "/id/events": {"GET": self.events},
            "/id/confirm-burn": {"PATCH": self.confirm},
            "/id/burn-transaction": {"POST": lambda one: self.command_on(one, "renew")},
            "/id/cancel": {"POST": lambda one: self.command_on(one, "cancel")},
            "/id/retry": {"POST": lambda one: self.command_on(one, "retry")},
        }

    def own(self, operation_id):
        return operations.find(self.process, operation_id, self.user)

    def place(self, operation, route=""):
        return f"{BASE}{PROCESSES[self.process]['path']}/{operation.id}{route}"

    def active(self):
        if self.query.get("active") != "true":
            raise invalid("active", "has to be true")
        self.reply(
            200,
            {"operations": [one.snapshot for one in operations.active(self.process, self.user)]},
        )

    def start(self):
        as_json = wants_json(self.headers.get("Accept"))
        key = self.headers.get("Idempotency-Key")
        if key is not None and not re.fullmatch(r"[\x21-\x7e]{8,128}", key):
            raise invalid("Idempotency-Key", "has to be 8 to 128 visible ASCII characters")
        body = self.body()
        members = PROCESSES[self.process]["input"]
        for name in [*body, *members]:
            if name not in members:
                raise invalid(name, "is not known")
            if (name in body or members[name]) and not (
                isinstance(body.get(name), str) and 1 <= len(body[name]) <= 64
            ):
                raise invalid(name, "has to be a text of 1 to 64 characters")
        operation = operations.start(self.process, self.user, key, body)
        if as_json:
            place = self.place(operation)
            return self.reply(
                202,
                operation.snapshot,
                {"Location": place, "Content-Location": place, "Vary": "Accept"},
            )
        return self.stream(operation, 0, False)

    def snapshot(self, operation_id):
        snapshot = self.own(operation_id).snapshot
        etag = f'"{snapshot["seq"]}"'
        if etag in [
            tag.strip().removeprefix("W/")
            for tag in (self.headers.get("If-None-Match") or "").split(",")
        ]:
            return self.head(304, {"ETag": etag, "Cache-Control": "private, no-cache"})
        return self.reply(200, snapshot, {"ETag": etag, "Cache-Control": "private, no-cache"})

    def events(self, operation_id):
        as_json = wants_json(self.headers.get("Accept"))
        operation = self.own(operation_id)
        given = self.headers.get("Last-Event-ID") or self.query.get("after") or "0"
        gap = not (re.fullmatch(r"\d{1,15}", given) and int(given) <= len(operation.log))
        after = 0 if gap else int(given)
        if not as_json:
            return self.stream(operation, after, gap)
        page = {"events": operation.log[after:], "terminal": operation.snapshot["terminal"]}
        return self.reply(
            200, page, {"Vary": "Accept", **({"NFT-Stream-Gap": "true"} if gap else {})}
        )

    def confirm(self, operation_id):
        body = self.body()
        signature, signed = body.get("burnTxSignature"), body.get("signedTransaction")
        if len(body) != 1 or (signature is None) == (signed is None):
            raise invalid(
                "burnTxSignature", "exactly one of burnTxSignature and signedTransaction is needed"
            )
        if signature is not None and not (
            isinstance(signature, str) and re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{32,88}", signature)
        ):
            raise invalid("burnTxSignature", "has to be base58")
        if signed is not None:
            try:
                signature = base58(hashlib.sha512(base64.b64decode(signed, validate=True)).digest())
            except (TypeError, binascii.Error):
                raise invalid("signedTransaction", "has to be base64") from None
        operation = self.own(operation_id)
        operation.confirm(signature)
        self.reply(
            200,
            {
                "success": True,
                "message": "The burn is reported.",
                "burnTxSignature": signature,
                "operation": operation.snapshot,
            },
        )

    def command_on(self, operation_id, name):
        self.body(optional=True)
        operation = self.own(operation_id)
        getattr(operation, name)()
        self.reply(202, operation.snapshot)

    def stream(self, operation, cursor, gap):
        self.head(
            200,
            {
                "Content-Type": "text/event-stream; charset=utf-8",
                "Content-Location": self.place(operation, "/events"),
                "Cache-Control": "no-cache, no-transform",
                "X-Accel-Buffering": "no",
                "Vary": "Accept",
                "Transfer-Encoding": "chunked",
                **({"NFT-Stream-Gap": "true"} if gap else {}),
            },
        )
        if self.command == "HEAD":
            return
        self.chunk(f"retry: 1000\n: heartbeat={HEARTBEAT_MS} protocol=1\n\n")
        while True:
            with operation.changed:
                if len(operation.log) <= cursor and not operation.snapshot["terminal"]:
                    operation.changed.wait(HEARTBEAT_MS / 1000)
                events, terminal = operation.log[cursor:], operation.snapshot["terminal"]
            frames = [f"id: {event['seq']}\ndata: {json.dumps(event)}\n\n" for event in events]
            cursor += len(events)
            self.chunk("".join(frames) or f": time={int(time.time() * 1000)}\n\n")
            if terminal:
                return self.chunk("")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
