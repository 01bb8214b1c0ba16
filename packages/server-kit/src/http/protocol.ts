import {
  FORMER_PROTOCOL_VERSION,
  NftUpgradeError,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '@aiw3/nft-upgrade/protocol';

const spoken: readonly number[] = [FORMER_PROTOCOL_VERSION, PROTOCOL_VERSION];

/**
 * The version in which a request is answered: the one that it names, or the first one where it
 * names none, as the document says. Null for a version that is not spoken here.
 */
export function protocolOf({ headers }: Request): number | null {
  const named = headers.get(PROTOCOL_HEADER) ?? String(FORMER_PROTOCOL_VERSION);
  return spoken.find((version) => String(version) === named) ?? null;
}

/** C11: a client of another version is refused before it can begin anything it would misread. */
export function requireProtocol(protocol: number | null): number {
  if (protocol !== null) return protocol;
  const message =
    `This server speaks protocol ${spoken.join(' and ')}, the client another one. ` +
    'Nothing was started.';
  throw new NftUpgradeError('protocol_unsupported', {
    message,
    details: { server: PROTOCOL_VERSION },
  });
}
