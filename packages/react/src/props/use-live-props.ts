import { describeOperation } from '@aiw3/nft-upgrade';
import { useWords } from '../use-words.ts';
import type { Watchable } from '../watchable.ts';

/** Props of a polite live region, with its text. */
export interface LiveProps {
  readonly role: 'status';
  readonly 'aria-live': 'polite';
  readonly 'aria-atomic': true;
  /** What happens, what went wrong, where the asset is, what to do next. */
  readonly children: string;
}

/**
 * Props of a region that screen readers speak when its text changes, without cutting in. Render it
 * from the start, also while there is nothing to say: a region that appears together with its text
 * is often not spoken.
 */
export const useLiveProps = (watched: Watchable | null): LiveProps => ({
  role: 'status',
  'aria-live': 'polite',
  'aria-atomic': true,
  children: useWords(watched, spoken),
});

const spoken = (...given: Parameters<typeof describeOperation>): string =>
  describeOperation(...given).spoken;
