"""Operations in memory: each a log of events, folded into a snapshot.

The chain is a stand-in that burns and mints at once.
"""

import hashlib
import itertools
import threading
import time
from datetime import datetime, timezone

from problems import Problem
from processes import PROCESSES

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
OWNER = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"
OLD_MINT = "7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi"
TIER = {"tierId": "tier-2", "tierName": "Quant Ape", "level": 2}
STEP_S = 0.05


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = ALPHABET[rest] + text
    return text


def named(seed, size=32):
    return base58(hashlib.sha512(seed.encode()).digest()[:size])


def instant(seconds=None):
    at = datetime.fromtimestamp(seconds if seconds is not None else time.time(), timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Operation:
    def __init__(self, operation_id, process, owner, body):
        self.id, self.process, self.owner, self.body = operation_id, process, owner, body
        self.definition = PROCESSES[process]
        self.log, self.snapshot = [], None
        self.changed = threading.Condition()
        self.emit("initializing", {"version": 1, "input": body})

    def status(self):
        return self.snapshot["status"]

    def emit(self, status, payload=None):
        """Appends the next event.

        The caller has checked that it may follow; here it is checked once more.
        """
        with self.changed:
            statuses = self.definition["statuses"]
            before = self.snapshot
            if before and status not in statuses[before["status"]][5]:
                raise ValueError(f"{status} may not follow {before['status']}")
            phase, progress, asset, facts, now, following = statuses[status]
            event = {
                "operationId": self.id,
                **({self.definition["alias"]: self.id} if self.definition["alias"] else {}),
                "process": self.process,
                "seq": len(self.log) + 1,
                "status": status,
                "progress": max(progress or 0, before["progress"] if before else 0),
                "asset": asset,
                "timestamp": instant(),
                **(payload or {}),
            }
            self.log.append(event)
            self.snapshot = {
                "operationId": self.id,
                "process": self.process,
                "version": 1,
                "seq": event["seq"],
                "status": status,
                "phase": phase or before["phase"],
                "progress": event["progress"],
                "asset": asset,
                "terminal": not following,
                "startedAt": self.log[0]["timestamp"],
                "updatedAt": event["timestamp"],
                "message": event.get("message"),
                "unknown": 0,
                "facts": {
                    **(before["facts"] if before else {}),
                    **{key: event[key] for key in facts if key in event},
                },
                "now": {key: event[key] for key in now if key in event},
            }
            self.changed.notify_all()

    def refuse(self, code):
        return Problem(
            code,
            operationId=self.id,
            asset=self.snapshot["asset"],
            details={"status": self.status()},
        )

    def begin(self):
        """Goes on until the operation waits for its user, or has ended."""
        if self.process == "badge_activation":
            badge = {"badgeId": self.body["badgeId"], "name": "Early Bird", "status": "activated"}
            return self.later(
                ("qualification_verified", {"badge": badge}),
                ("updating_records", {}),
                ("completed", {"badge": badge}),
            )
        if self.process == "claim":
            return self.later(("qualification_verified", {"targetTier": TIER}), *self.delivery())
        if self.body["targetTierId"] != TIER["tierId"]:
            need = [
                {"code": "tier", "required": TIER["tierId"], "actual": self.body["targetTierId"]}
            ]
            return self.emit(
                "qualification_failed",
                {
                    "error": "There is no such tier.",
                    "code": "not_qualified",
                    "retryable": False,
                    "actor": "user",
                    "requirements": need,
                },
            )
        old = {"mintAddress": OLD_MINT, "tierId": "tier-1", "tierName": "Tech Chicken"}
        self.emit("qualification_verified", {"currentNFT": old, "targetTier": TIER})
        burn = {
            "transaction": "AQID",
            "version": "legacy",
            "mint": OLD_MINT,
            "owner": OWNER,
            "attempt": 1,
            "lastValidBlockHeight": 150,
        }
        return self.emit(
            "awaiting_burn",
            {
                "burnTransaction": burn,
                "instructions": "Sign to burn your NFT.",
                "deadline": instant(time.time() + 300),
            },
        )

    def delivery(self):
        cid = "bafkrei" + hashlib.sha256(self.id.encode()).hexdigest()[:52]
        minted = {
            "mintAddress": named(self.id),
            "transactionSignature": named(self.id + "/mint", 64),
        }
        new = {
            "nftId": self.id,
            "tierName": TIER["tierName"],
            **minted,
            "metadataUri": "ipfs://" + cid,
            "benefits": {"aiAgentUses": 20},
        }
        return (
            ("uploading_metadata", {}),
            ("metadata_uploaded", {"ipfsHash": cid, "metadataUri": "ipfs://" + cid}),
            ("minting_new_nft", {}),
            ("updating_records", minted),
            ("completed", {"newNFT": new, "receipt": {"id": "rcp_" + self.id}}),
        )

    def later(self, *events):
        """Emits events one after another, unless the operation is cancelled before."""

        def run():
            for status, payload in events:
                time.sleep(STEP_S)
                with self.changed:
                    if self.snapshot["terminal"]:
                        return
                    self.emit(status, payload)

        threading.Thread(target=run, daemon=True).start()

    def confirm(self, signature):
        with self.changed:
            known = {**self.snapshot["now"], **self.snapshot["facts"]}
            if signature == known.get("burnTxSignature"):
                return
            if self.status() != "awaiting_burn":
                raise self.refuse("burn_not_expected")
            self.emit("verifying_burn", {"burnTxSignature": signature, "commitment": "none"})
            self.later(
                ("burn_verified", {"burnTxSignature": signature, "slot": 42}), *self.delivery()
            )

    def renew(self):
        # The stand-in chain has no block height: what was handed out may always land.
        is_waiting = self.status() == "awaiting_burn"
        raise self.refuse("burn_still_valid" if is_waiting else "burn_not_expected")

    def cancel(self):
        with self.changed:
            if self.status() == "cancelled":
                return
            if "cancelled" not in self.definition["statuses"][self.status()][5]:
                raise self.refuse("cancel_refused")
            self.emit("cancelled")

    def retry(self):
        raise self.refuse("retry_refused")


class Operations:
    def __init__(self):
        self.lock = threading.Lock()
        self.all, self.keys, self.numbers = {}, {}, itertools.count(1)

    def start(self, process, owner, key, body):
        with self.lock:
            known = self.keys.get((owner, key)) if key else None
            if known:
                operation, same_process, same_body = known
                if (same_process, same_body) != (process, body):
                    raise Problem(
                        "idempotency_conflict",
                        operationId=operation.id,
                        asset=operation.snapshot["asset"],
                    )
                return operation
            live = next((one for one in self.active(process, owner) if one.body == body), None)
            prefix = PROCESSES[process]["prefix"]
            operation = live or Operation(f"{prefix}_{next(self.numbers)}", process, owner, body)
            self.all[operation.id] = operation
            if key:
                self.keys[(owner, key)] = (operation, process, body)
        if not live:
            operation.begin()
        return operation

    def active(self, process, owner):
        mine = [
            one
            for one in self.all.values()
            if one.process == process and one.owner == owner and not one.snapshot["terminal"]
        ]
        return mine[::-1]

    def find(self, process, operation_id, owner):
        found = self.all.get(operation_id)
        if not found or found.process != process or found.owner != owner:
            raise Problem("not_found")
        return found
