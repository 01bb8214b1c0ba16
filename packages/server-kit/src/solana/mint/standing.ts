import type { MintRequest } from '../../ports/chain.ts';
import { isEmptyAccount, resolveMint } from './build.ts';
import type { MintContext } from './context.ts';

/** Accounts that a node shows in one answer. */
const accountsAtOnce = 100;

/**
 * Which of the orders have something at their address, whatever it is. One call for a hundred of
 * them, from one bank: for a look before anything is begun, which is nearly always at nothing.
 */
export async function standing(
  context: MintContext,
  requests: readonly MintRequest[],
): Promise<MintRequest[]> {
  const addresses = await Promise.all(
    requests.map(async (request) => (await resolveMint(context, request)).target.mint),
  );
  const found: boolean[] = [];
  for (let start = 0; start < addresses.length; start += accountsAtOnce) {
    const asked = addresses.slice(start, start + accountsAtOnce);
    found.push(
      ...(await context.rpc.agree(
        (endpoint) =>
          endpoint.call(async (connection) =>
            (
              await connection.getMultipleAccountsInfo(asked, 'finalized')
            ).map((account) => account !== null && !isEmptyAccount(account)),
          ),
        () => true,
      )),
    );
  }
  return requests.filter((_, index) => found[index]);
}
