import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { programs } from '@aiw3/nft-upgrade/solana';
import { Keypair, PublicKey } from '@solana/web3.js';
import { ask } from './ask.ts';
import type { Endpoint } from './endpoint.ts';
import { anotherNodeMayHelp, rpcCodeOf } from './failure.ts';
import { ANY_VERSION, readAccount } from './reads.ts';

/**
 * One thing that is needed once the NFT is burned, asked for while it is still in the wallet.
 * `lacks` ends the sentence "The RPC node …".
 */
interface Probe {
  lacks: string;
  ask(endpoint: Endpoint): Promise<unknown>;
}

/** Well-formed, and never used: what a node knows of it is nothing. */
const noSignature = '1'.repeat(64);
const tokenPrograms = [
  ['SPL Token', programs.token],
  ['Token-2022', programs.token2022],
] as const;

/** One call each, so that a start costs eight calls a node. */
const probes = (): Probe[] => {
  const nobody = Keypair.generate().publicKey.toBase58();
  return [
    {
      lacks: 'names no finalized block height (getEpochInfo)',
      ask: (endpoint) => ask(endpoint, 'getEpochInfo', [{ commitment: 'finalized' }]),
    },
    {
      lacks: 'does not search the history of transactions for a signature (getSignatureStatuses)',
      ask: (endpoint) =>
        ask(endpoint, 'getSignatureStatuses', [[noSignature], { searchTransactionHistory: true }]),
    },
    {
      lacks: 'does not show transactions in bytes and of every version (getTransaction)',
      ask: (endpoint) =>
        ask(endpoint, 'getTransaction', [
          noSignature,
          {
            commitment: 'confirmed',
            encoding: 'base64',
            maxSupportedTransactionVersion: ANY_VERSION,
          },
        ]),
    },
    {
      lacks: 'has no history of an address (getSignaturesForAddress)',
      ask: (endpoint) =>
        ask(endpoint, 'getSignaturesForAddress', [nobody, { commitment: 'confirmed', limit: 1 }]),
    },
    ...tokenPrograms.map(
      ([name, program]): Probe => ({
        lacks: `does not know the program ${name} (getAccountInfo)`,
        ask: async (endpoint) => {
          const account = await readAccount(endpoint, new PublicKey(program), 'confirmed');
          if (!account?.executable) throw new NftUpgradeError('missing_capability');
        },
      }),
    ),
    ...tokenPrograms.map(
      ([name, program]): Probe => ({
        lacks: `does not list the token accounts of an owner for ${name} (getTokenAccountsByOwner)`,
        ask: (endpoint) =>
          ask(endpoint, 'getTokenAccountsByOwner', [
            nobody,
            { programId: program },
            { commitment: 'confirmed', encoding: 'base64' },
          ]),
      }),
    ),
  ];
};

/** Codes of JSON-RPC that mean "not now". Every other one means "not here". */
const weather: ReadonlySet<number> = new Set([-32_004, -32_005, -32_014, -32_016, -32_603, 429]);

/**
 * What the node cannot do. One that is down or slow is not lacking: it is asked again when it is
 * used.
 */
export async function lackOf(endpoint: Endpoint): Promise<NftUpgradeError | null> {
  const found = await Promise.all(
    probes().map(async (probe) => {
      try {
        await probe.ask(endpoint);
        return null;
      } catch (thrown) {
        if (!isNftUpgradeError(thrown)) throw thrown;
        return isLack(thrown) ? { probe, thrown } : null;
      }
    }),
  );
  const [first] = found.filter((each) => each !== null);
  if (!first) return null;
  const code = rpcCodeOf(first.thrown);
  return new NftUpgradeError('missing_capability', {
    message:
      `createRpc: the RPC node ${endpoint.host} ${first.probe.lacks}` +
      `${code === undefined ? '' : `: JSON-RPC ${code}`}.`,
    hint:
      'Without it a burn could not be verified. Use another node, or give this one as ' +
      "{ url, use: 'reads' }: it then decides nothing.",
    details: { host: endpoint.host, lacks: first.probe.lacks, ...(code && { code }) },
  });
}

function isLack(error: NftUpgradeError): boolean {
  if (error.code === 'missing_capability') return true;
  const code = rpcCodeOf(error);
  if (code !== undefined) return !weather.has(code);
  const reason = error.details?.reason;
  return typeof reason === 'string' && reason.startsWith('malformed');
}

/**
 * Every node that answers is of the cluster, and those that decide lack nothing.
 * @returns those that are down, and were not tried
 * @throws NftUpgradeError `wrong_cluster`, `missing_capability`, and `rpc_unavailable` when all
 *   are down
 */
export async function checkNodes(
  all: readonly Endpoint[],
  voters: readonly Endpoint[],
): Promise<Endpoint[]> {
  const refused = await Promise.all(
    all.map((endpoint) =>
      endpoint
        .call(async () => {})
        .then(
          () => null,
          (reason: unknown) => ({ reason }),
        ),
    ),
  );
  for (const each of refused)
    if (each && (!isNftUpgradeError(each.reason) || !anotherNodeMayHelp(each.reason)))
      throw each.reason;
  const [down] = refused;
  if (down && refused.every((each) => each !== null)) throw down.reason;
  const lacks = await Promise.all(
    voters.filter((endpoint) => !refused[all.indexOf(endpoint)]).map(lackOf),
  );
  for (const lack of lacks) if (lack) throw lack;
  return voters.filter((endpoint) => refused[all.indexOf(endpoint)] !== null);
}
