import { type StepList, stepList } from '@aiw3/nft-upgrade';
import { useWords } from '../use-words.ts';
import type { Watchable } from '../watchable.ts';

/**
 * The phases of a process as an ordered list: props of the list, and its items. Renders when a step
 * is done, begun or stopped.
 * @example
 * const steps = useStepProps(upgrade); <ol {...steps.list}>{steps.items.map((step) => <li
 * key={step.name} {...step.props}>{step.label} ({step.stateLabel})</li>)}</ol>
 */
export const useStepProps = (watched: Watchable | null): StepList => useWords(watched, stepList);
