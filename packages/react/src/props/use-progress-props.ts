import { type ProgressAria, progressAria } from '@aiw3/nft-upgrade';
import { useWords } from '../use-words.ts';
import type { Watchable } from '../watchable.ts';

/**
 * Props of a progress bar. Renders when the progress or the status changes, so the page around it
 * does not have to.
 * @example
 * const bar = useProgressProps(upgrade);
 * <div {...bar}><i style={{ width: `${bar['aria-valuenow']}%` }} /></div>
 */
export const useProgressProps = (watched: Watchable | null): ProgressAria =>
  useWords(watched, progressAria);
