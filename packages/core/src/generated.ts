// Made from the zod schemas by `npm run generate`. Do not edit.
import type { ProcessRows } from './machine/process.ts';
import { base64, either, flag, instant, int, list, matching, number, object, oneOf, optionalText, record, sized, text } from './schema/tests.ts';
import type { Value } from './schema/types.ts';

const assets = ["safe","at_risk","burned_owed","delivered"];
const common = (value: Value) => sized(value.operationId, 1, 128) && optionalText(value.upgradeId) && sized(value.process, 1, 64) && int(value.seq, 1) && sized(value.status, 1, 64) && number(value.progress, 0, 100) && oneOf(value.asset, assets) && instant(value.timestamp) && optionalText(value.message);
const fields = (value: Value) => text(value.type) && text(value.title) && int(value.status) && optionalText(value.detail) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && optionalText(value.hint) && (value.asset === undefined || oneOf(value.asset, assets)) && optionalText(value.operationId) && (value.details === undefined || record(value.details));
const fields2 = (value: Value) => text(value.operationId) && text(value.process) && int(value.version, 1) && int(value.seq, 1) && text(value.status) && text(value.phase) && number(value.progress, 0, 100) && oneOf(value.asset, assets) && flag(value.terminal) && instant(value.startedAt) && instant(value.updatedAt) && (value.message === null || text(value.message)) && int(value.unknown, 0) && record(value.facts) && record(value.now);
const fields3 = (value: Value) => list(value.operations, (value: unknown) => object(value, fields2));
const pattern = /^[1-9A-HJ-NP-Za-km-z]{32,88}$/;
const fields4 = (value: Value) => matching(value.burnTxSignature, pattern);
const fields5 = (value: Value) => sized(value.signedTransaction, 4, 4096) && base64(value.signedTransaction);
const fields6 = (value: Value) => oneOf(value.success, [true]) && text(value.message) && matching(value.burnTxSignature, pattern) && object(value.operation, fields2);
const burnTransaction = (value: Value) => base64(value.transaction) && oneOf(value.version, ["legacy",0]) && matching(value.mint, pattern) && matching(value.owner, pattern) && (value.tokenProgram === undefined || matching(value.tokenProgram, pattern)) && int(value.attempt, 1) && int(value.lastValidBlockHeight, 0);
const fields7 = (value: Value) => object(value.burnTransaction, burnTransaction) && object(value.operation, fields2);
const fields8 = (value: Value) => int(value.seq);
const fields9 = (value: Value) => list(value.events, (value: unknown) => object(value, fields8)) && flag(value.terminal);
const currentNFT = (value: Value) => optionalText(value.nftId) && matching(value.mintAddress, pattern) && text(value.tierId) && text(value.tierName);
const targetTier = (value: Value) => text(value.tierId) && text(value.tierName) && (value.level === undefined || int(value.level, 0));
const fields10 = (value: Value) => text(value.code) && either(value.required, [number, text]) && either(value.actual, [number, text]) && optionalText(value.message);
const fields11 = (value: Value) => text(value.kind) && optionalText(value.what) && optionalText(value.before) && optionalText(value.after);
const compensation = (value: Value) => text(value.id) && text(value.kind) && instant(value.settledAt);
const newNFT = (value: Value) => text(value.nftId) && optionalText(value.tierId) && text(value.tierName) && matching(value.mintAddress, pattern) && matching(value.transactionSignature, pattern) && text(value.metadataUri) && record(value.benefits, (value: unknown) => either(value, [text, number, flag]));
const receipt = (value: Value) => text(value.id) && optionalText(value.signature);
const badge = (value: Value) => text(value.badgeId) && text(value.name) && oneOf(value.status, ["owned","activated","consumed"]);

/** The fields that every event carries. */
export const envelope = common;

export const problemBody = (value: unknown) => object(value, fields);
export const snapshotBody = (value: unknown) => object(value, fields2);
export const snapshotListBody = (value: unknown) => object(value, fields3);
export const confirmBurnBody = (value: unknown) => either(value, [(value: unknown) => object(value, fields4, ["burnTxSignature"]), (value: unknown) => object(value, fields5, ["signedTransaction"])]);
export const confirmBurnResultBody = (value: unknown) => object(value, fields6);
export const burnTransactionResultBody = (value: unknown) => object(value, fields7);
export const eventPageBody = (value: unknown) => object(value, fields9);
export const burnTransactionBody = (value: unknown) => object(value, burnTransaction);

export const processRows = {
  upgrade: {
    name: "upgrade",
    version: 2,
    formerVersion: 1,
    path: "upgrade",
    idPrefix: "upg",
    idAlias: "upgradeId",
    initial: "initializing",
    phases: 'preflight burn metadata mint record',
    input: (value: Value) => sized(value.targetTierId, 1, 64),
    statuses: {
      initializing: ["preflight", 0, 'safe', 'qualification_verified qualification_failed cancelled error', (value: Value) => int(value.version, 1) && record(value.input) && (value.usualMs === undefined || record(value.usualMs, (value: unknown) => int(value, 0))), 1],
      qualification_verified: ["preflight", 10, 'safe', 'awaiting_burn burn_verified cancelled error', (value: Value) => object(value.currentNFT, currentNFT) && object(value.targetTier, targetTier), 1],
      qualification_failed: ["preflight", 0, 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && list(value.requirements, (value: unknown) => object(value, fields10))],
      cancelled: [null, "kept", 'safe', ''],
      error: [null, "kept", 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"])],
      awaiting_burn: ["burn", 20, 'safe', 'verifying_burn burn_verified awaiting_burn cancelling cancelled burn_failed error', (value: Value) => object(value.burnTransaction, burnTransaction) && text(value.instructions) && instant(value.deadline) && optionalText(value.code)],
      verifying_burn: ["burn", 30, 'at_risk', 'burn_verified awaiting_burn burn_failed cancelling', (value: Value) => matching(value.burnTxSignature, pattern) && oneOf(value.commitment, ["none","processed","confirmed","finalized"]) && (value.walletChanges === undefined || list(value.walletChanges, (value: unknown) => object(value, fields11)))],
      cancelling: ["burn", 20, 'at_risk', 'cancelled burn_verified burn_failed', (value: Value) => int(value.until, 0)],
      burn_failed: ["burn", 20, 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && oneOf(value.retryAction, ["restart_from_burn"])],
      burn_verified: ["burn", 40, 'burned_owed', 'uploading_metadata', (value: Value) => matching(value.burnTxSignature, pattern) && int(value.slot, 0), 1],
      uploading_metadata: ["metadata", 60, 'burned_owed', 'metadata_uploaded upload_failed'],
      metadata_uploaded: ["metadata", 70, 'burned_owed', 'minting_new_nft', (value: Value) => text(value.ipfsHash) && text(value.metadataUri), 1],
      upload_failed: ["metadata", "kept", 'burned_owed', 'recovering needs_attention', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && int(value.attempt, 1) && int(value.maxAttempts, 1) && optionalText(value.retryAction)],
      recovering: [null, "kept", 'burned_owed', 'uploading_metadata needs_attention minting_new_nft', (value: Value) => oneOf(value.step, ["upload","mint"]) && int(value.attempt, 1) && int(value.maxAttempts, 1) && instant(value.retryAt)],
      needs_attention: [null, "kept", 'burned_owed', 'recovering compensated', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && text(value.compensationId) && oneOf(value.requiresSupport, [true]) && text(value.userMessage)],
      compensated: [null, "kept", 'delivered', '', (value: Value) => object(value.compensation, compensation), 1],
      minting_new_nft: ["mint", 80, 'burned_owed', 'updating_records mint_failed'],
      mint_failed: ["mint", "kept", 'burned_owed', 'recovering needs_attention', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && int(value.attempt, 1) && int(value.maxAttempts, 1) && optionalText(value.retryAction)],
      updating_records: ["record", 90, 'delivered', 'completed', (value: Value) => matching(value.mintAddress, pattern) && matching(value.transactionSignature, pattern), 1],
      completed: ["record", 100, 'delivered', '', (value: Value) => object(value.newNFT, newNFT) && object(value.receipt, receipt), 1],
    },
  },
  claim: {
    name: "claim",
    version: 2,
    formerVersion: 1,
    path: "claim",
    idPrefix: "clm",
    initial: "initializing",
    phases: 'preflight metadata mint record',
    input: (value: Value) => (value.targetTierId === undefined || sized(value.targetTierId, 1, 64)),
    statuses: {
      initializing: ["preflight", 0, 'safe', 'qualification_verified qualification_failed cancelled error', (value: Value) => int(value.version, 1) && record(value.input) && (value.usualMs === undefined || record(value.usualMs, (value: unknown) => int(value, 0))), 1],
      qualification_verified: ["preflight", 10, 'safe', 'uploading_metadata cancelled error', (value: Value) => object(value.targetTier, targetTier), 1],
      qualification_failed: ["preflight", 0, 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && list(value.requirements, (value: unknown) => object(value, fields10))],
      cancelled: ["preflight", "kept", 'safe', ''],
      error: ["preflight", "kept", 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"])],
      uploading_metadata: ["metadata", 60, 'safe', 'metadata_uploaded upload_failed'],
      metadata_uploaded: ["metadata", 70, 'safe', 'minting_new_nft', (value: Value) => text(value.ipfsHash) && text(value.metadataUri), 1],
      upload_failed: ["metadata", "kept", 'safe', 'recovering needs_attention', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && int(value.attempt, 1) && int(value.maxAttempts, 1) && optionalText(value.retryAction)],
      recovering: [null, "kept", 'safe', 'uploading_metadata needs_attention minting_new_nft', (value: Value) => oneOf(value.step, ["upload","mint"]) && int(value.attempt, 1) && int(value.maxAttempts, 1) && instant(value.retryAt)],
      needs_attention: [null, "kept", 'safe', 'recovering compensated', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && text(value.compensationId) && oneOf(value.requiresSupport, [true]) && text(value.userMessage)],
      compensated: [null, "kept", 'delivered', '', (value: Value) => object(value.compensation, compensation), 1],
      minting_new_nft: ["mint", 80, 'safe', 'updating_records mint_failed'],
      mint_failed: ["mint", "kept", 'safe', 'recovering needs_attention', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && int(value.attempt, 1) && int(value.maxAttempts, 1) && optionalText(value.retryAction)],
      updating_records: ["record", 90, 'delivered', 'completed', (value: Value) => matching(value.mintAddress, pattern) && matching(value.transactionSignature, pattern), 1],
      completed: ["record", 100, 'delivered', '', (value: Value) => object(value.newNFT, newNFT) && object(value.receipt, receipt), 1],
    },
  },
  badge_activation: {
    name: "badge_activation",
    version: 1,
    path: "badge-activation",
    idPrefix: "bdg",
    initial: "initializing",
    phases: 'preflight record',
    input: (value: Value) => sized(value.badgeId, 1, 64),
    statuses: {
      initializing: ["preflight", 0, 'safe', 'qualification_verified qualification_failed cancelled error', (value: Value) => int(value.version, 1) && record(value.input) && (value.usualMs === undefined || record(value.usualMs, (value: unknown) => int(value, 0))), 1],
      qualification_verified: ["preflight", 10, 'safe', 'updating_records cancelled error', (value: Value) => object(value.badge, badge), 1],
      qualification_failed: ["preflight", 0, 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"]) && list(value.requirements, (value: unknown) => object(value, fields10))],
      cancelled: ["preflight", "kept", 'safe', ''],
      error: ["preflight", "kept", 'safe', '', (value: Value) => text(value.error) && text(value.code) && flag(value.retryable) && oneOf(value.actor, ["user","wallet","network","operator"])],
      updating_records: ["record", 90, 'safe', 'completed'],
      completed: ["record", 100, 'safe', '', (value: Value) => object(value.badge, badge), 1],
    },
  },
} as const satisfies Readonly<Record<string, ProcessRows>>;
