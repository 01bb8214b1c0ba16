import { type Description, describeOperation, type Problem } from '@aiw3/nft-upgrade';
import type { ReactNode } from 'react';
import { useSupport } from './provider.tsx';
import { useWords } from './use-words.ts';
import type { Watchable } from './watchable.ts';

/** A problem in words, and the host's official channel to put beside it. */
export interface SupportedProblem extends Problem {
  readonly support: ReactNode;
}

/** An operation in words, with the official support channel beside every problem. */
export interface SupportedDescription extends Description {
  readonly problems: readonly SupportedProblem[];
}

/**
 * An operation in words, in the language of the provider: what happens, where the asset is, what to
 * do next, how long it usually takes, what went wrong. Renders when a sentence changes.
 */
export function useDescription(watched: Watchable | null): SupportedDescription {
  const support = useSupport();
  const description = useWords(watched, describeOperation);
  const problems = description.problems.map((problem) => ({
    ...problem,
    support: typeof support === 'function' ? support(problem) : support,
  }));
  return { ...description, problems };
}
