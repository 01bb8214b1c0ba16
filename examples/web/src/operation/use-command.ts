import { type NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade';
import { useState } from 'react';

/** A command with its waiting and its failure. Called by a click, never by rendering. */
export function useCommand(command: () => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<NftUpgradeError | null>(null);
  const call = () => {
    setBusy(true);
    setError(null);
    command()
      .catch((thrown: unknown) => setError(toNftUpgradeError(thrown, 'internal')))
      .finally(() => setBusy(false));
  };
  return { busy, error, call };
}
