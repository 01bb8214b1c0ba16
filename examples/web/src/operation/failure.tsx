import type { Asset, NftUpgradeError } from '@aiw3/nft-upgrade';
import { messages } from './texts.ts';

/** What happened, where the asset is, and what to do next. Never one without the others. */
export function Failure({ error, asset }: { error: NftUpgradeError | null; asset: Asset | undefined }) {
  if (!error) return null;
  const { message, hint } = messages.error(error);
  const where = asset ?? error.asset;
  return (
    <p className="notice" role="alert" data-tone="trouble" data-code={error.code}>
      <b>{message}</b> {where && messages.asset(where)} {hint}
    </p>
  );
}
