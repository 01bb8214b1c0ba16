import { createHash } from 'node:crypto';
import type { Loaded } from '../../journal/journal.ts';
import { redact } from '../../telemetry/redact.ts';

/**
 * What somebody needs who looks into a case, and nothing that they need not know: no input, no name
 * of the user, no transaction bytes, no tokens.
 */
export interface SupportBundle {
  operationId: string;
  process: string;
  version: number;
  status: string;
  asset: string;
  startedAt: string;
  updatedAt: string;
  /** The same user has the same one; nobody can tell from it who it is. */
  user: string;
  /** First and last four characters. */
  wallet: string | null;
  timeline: readonly { seq: number; status: string; at: string; code?: string; attempt?: number }[];
  facts: Readonly<Record<string, unknown>>;
  now: Readonly<Record<string, unknown>>;
  kit: { node: string; platform: string };
}

export function supportBundle({ row, events, snapshot }: Loaded): SupportBundle {
  const { input: _input, ...facts } = snapshot.facts;
  return {
    operationId: row.id,
    process: row.process,
    version: row.version,
    status: snapshot.status,
    asset: snapshot.asset,
    startedAt: snapshot.startedAt,
    updatedAt: snapshot.updatedAt,
    user: createHash('sha256').update(row.principal).digest('hex').slice(0, 16),
    wallet: row.wallet === null ? null : `${row.wallet.slice(0, 4)}…${row.wallet.slice(-4)}`,
    timeline: events.map(({ seq, status, timestamp, code, attempt }) => ({
      seq,
      status,
      at: timestamp,
      ...(typeof code === 'string' && { code }),
      ...(typeof attempt === 'number' && { attempt }),
    })),
    facts: redact(facts) as Record<string, unknown>,
    now: redact(snapshot.now) as Record<string, unknown>,
    kit: { node: process.version, platform: `${process.platform} ${process.arch}` },
  };
}
