"""The processes of the protocol as data: statuses, what may follow, where the asset is."""

# status: (
#     phase, progress, asset, payload that stays true, payload of this status only,
#     may be followed by,
# )
# A phase or progress of None stays as it was.

FAILURE = ("error", "code", "retryable", "actor")
END = ()

EXITS = {
    "cancelled": (None, None, "safe", (), (), END),
    "error": (None, None, "safe", (), FAILURE, END),
}


def preflight(facts, entry):
    return {
        "initializing": (
            "preflight", 0, "safe", ("version", "input"), (),
            ("qualification_verified", "qualification_failed", *EXITS),
        ),
        "qualification_verified": ("preflight", 10, "safe", facts, (), (*entry, *EXITS)),
        "qualification_failed": ("preflight", 0, "safe", (), (*FAILURE, "requirements"), END),
    }


BURN = {
    "awaiting_burn": (
        "burn", 20, "safe", (), ("burnTransaction", "instructions", "deadline", "code"),
        ("verifying_burn", "burn_verified", "awaiting_burn", "cancelling", "burn_failed", *EXITS),
    ),
    "verifying_burn": (
        "burn", 30, "at_risk", (), ("burnTxSignature", "commitment"),
        ("burn_verified", "awaiting_burn", "burn_failed", "cancelling"),
    ),
    "burn_verified": (
        "burn", 40, "burned_owed", ("burnTxSignature", "slot"), (),
        ("uploading_metadata",),
    ),
    "burn_failed": ("burn", 20, "safe", (), (*FAILURE, "retryAction"), END),
}


def delivery(owed):
    return {
        "uploading_metadata": ("metadata", 60, owed, (), (), ("metadata_uploaded",)),
        "metadata_uploaded": (
            "metadata", 70, owed, ("ipfsHash", "metadataUri"), (),
            ("minting_new_nft",),
        ),
        "minting_new_nft": ("mint", 80, owed, (), (), ("updating_records",)),
        "updating_records": (
            "record", 90, "delivered", ("mintAddress", "transactionSignature"), (),
            ("completed",),
        ),
        "completed": ("record", 100, "delivered", ("newNFT", "receipt"), (), END),
    }


PROCESSES = {
    "upgrade": {
        "path": "upgrade",
        "prefix": "upg",
        "alias": "upgradeId",
        "input": {"targetTierId": True},
        "statuses": {
            **preflight(("currentNFT", "targetTier"), ("awaiting_burn", "burn_verified")),
            **BURN,
            **delivery("burned_owed"),
            **EXITS,
        },
    },
    "claim": {
        "path": "claim",
        "prefix": "clm",
        "alias": None,
        "input": {"targetTierId": False},
        "statuses": {
            **preflight(("targetTier",), ("uploading_metadata",)),
            **delivery("safe"),
            **EXITS,
        },
    },
    "badge_activation": {
        "path": "badge-activation",
        "prefix": "bdg",
        "alias": None,
        "input": {"badgeId": True},
        "statuses": {
            **preflight(("badge",), ("updating_records",)),
            "updating_records": ("record", 90, "safe", (), (), ("completed",)),
            "completed": ("record", 100, "safe", ("badge",), (), END),
            **EXITS,
        },
    },
}
