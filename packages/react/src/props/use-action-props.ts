import type { ProcessName } from '@aiw3/nft-upgrade';
import type { ComponentPropsWithRef } from 'react';
import { useMessages } from '../provider.tsx';
import type { ProcessHook } from '../use-process.ts';

/** Props of a `<button>`. */
export type ButtonProps = ComponentPropsWithRef<'button'>;

/**
 * Each takes props of the page; its own click handler runs first, and `preventDefault()` there
 * keeps the command from running.
 */
export interface ActionProps<Input> {
  /** The button that begins; after an end it offers to begin again. */
  start(input: Input, own?: ButtonProps): ButtonProps;
  /** The button that brings up the wallet. */
  sign(own?: ButtonProps): ButtonProps;
  /** The button that asks the server to cancel. */
  cancel(own?: ButtonProps): ButtonProps;
  /** The button that runs a waiting recovery now, or reconnects. */
  retry(own?: ButtonProps): ButtonProps;
}

/**
 * Props for the buttons of a process, with their texts. What cannot be done now is `aria-disabled`
 * and does nothing: a disabled button would drop the keyboard's focus. What a command is refused
 * for stands in `refusal`.
 * @example
 * const upgrade = useNftUpgrade();
 * const action = useActionProps(upgrade);
 * <button {...action.start({ targetTierId: 'tier-2' })} />
 */
export function useActionProps<K extends ProcessName, T>(
  hook: ProcessHook<K, T>,
): ActionProps<Parameters<ProcessHook<K>['start']>[0]> {
  const messages = useMessages();
  const can = (action: ProcessHook<K>['actions'][number]) => hook.actions.includes(action);
  const button = (
    label: string,
    enabled: boolean,
    run: () => unknown,
    own: ButtonProps = {},
  ): ButtonProps => ({
    type: 'button',
    children: messages.label(label),
    'aria-disabled': !enabled,
    ...own,
    onClick(event) {
      own.onClick?.(event);
      if (enabled && !event.defaultPrevented) run();
    },
  });
  const start = (input: Parameters<typeof hook.start>[0]) => {
    try {
      hook.start(input);
    } catch {
      // `refusal` has it
    }
  };
  return {
    start: (input, own) =>
      button(can('restart') ? 'restart' : hook.process, !hook.isRunning, () => start(input), own),
    sign: (own) => button('sign', can('sign'), hook.sign, own),
    cancel: (own) => button('cancel', can('cancel'), hook.cancel, own),
    retry: (own) => button('retry', can('retry'), hook.retry, own),
  };
}
