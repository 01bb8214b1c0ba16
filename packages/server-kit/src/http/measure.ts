import type { Telemetry } from '../telemetry/telemetry.ts';
import type { CloseReason } from './session.ts';

/** Counts one stream from its beginning to its end. */
export function measureStream(telemetry: Telemetry, process: string, cursor: { after: number; gap: boolean }) {
  telemetry.add('nft_upgrade.streams.open', { process });
  if (cursor.gap) telemetry.add('nft_upgrade.streams.gaps', { process });
  else if (cursor.after > 0) telemetry.add('nft_upgrade.streams.resumed', { process });
  return {
    frames(count: number) {
      if (count > 0) telemetry.add('nft_upgrade.frames', { process }, count);
    },
    closed(reason: CloseReason) {
      telemetry.add('nft_upgrade.streams.open', { process }, -1);
      telemetry.add('nft_upgrade.streams.closed', { process, reason });
    },
  };
}
