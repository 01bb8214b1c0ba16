import type { AnyProcess, Messages, NftUpgradeError, OperationState } from '@aiw3/nft-upgrade';
import { useCallback } from 'react';
import { isSameJson } from './equal.ts';
import { useMessages, useUpgradeClient } from './provider.tsx';
import { useOperation } from './use-operation.ts';
import type { Watchable } from './watchable.ts';

/**
 * What core makes of a state in the words of a catalogue. Renders when a word changes. @param put a
 * function that stays the same
 */
export function useWords<T>(
  watched: Watchable | null,
  put: (
    process: AnyProcess | null,
    state: OperationState | null,
    messages: Messages,
    refusal: NftUpgradeError | null,
  ) => T,
): T {
  const messages = useMessages();
  const client = useUpgradeClient();
  const definition = watched && client.process(watched.process as 'upgrade').definition;
  const refusal = watched?.refusal ?? null;
  const select = useCallback(
    (state: OperationState | null) => put(definition, state, messages, refusal),
    [put, definition, messages, refusal],
  );
  return useOperation(watched, select, isSameJson) ?? select(null);
}
