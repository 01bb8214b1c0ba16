import type { Telemetry } from '../telemetry/telemetry.ts';
import type { CloseReason } from './session.ts';

/** Counts streams of one process from their beginning to their end. */
export interface StreamCounts {
  opened(cursor: { after: number; gap: boolean }): void;
  frames(count: number): void;
  closed(reason: CloseReason): void;
}

export function streamCounts(telemetry: Telemetry, process: string): StreamCounts {
  return {
    opened({ after, gap }) {
      telemetry.add('nft_upgrade.streams.open', { process });
      if (gap) telemetry.add('nft_upgrade.streams.gaps', { process });
      else if (after > 0) telemetry.add('nft_upgrade.streams.resumed', { process });
    },
    frames(count) {
      if (count > 0) telemetry.add('nft_upgrade.frames', { process }, count);
    },
    closed(reason) {
      telemetry.add('nft_upgrade.streams.open', { process }, -1);
      telemetry.add('nft_upgrade.streams.closed', { process, reason });
    },
  };
}
