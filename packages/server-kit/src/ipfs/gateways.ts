import { cidOf, parseCid } from './cid.ts';
import { baseUrl, type HttpStoreOptions, httpStore } from './http.ts';

/** What a public gateway does not show yet. */
export interface GatewayWarning {
  gateway: string;
  message: string;
}

/**
 * Asks public gateways for a document, as wallets and marketplaces will. What they answer is worth
 * a warning and never more: a pinned document takes minutes to be found, and a gateway that is down
 * says nothing about the content. Never rejects for what a gateway does.
 * @throws NftUpgradeError `invalid_option` for a gateway that is no address, and for what is no CID
 */
export async function gatewayWarnings(
  cid: string,
  gateways: readonly string[],
  options: HttpStoreOptions = {},
): Promise<readonly GatewayWarning[]> {
  const asked = (await parseCid(cid)).toString();
  const bases = gateways.map((gateway) => baseUrl('gatewayWarnings', 'gateways', gateway));
  const send = httpStore('gatewayWarnings', 'The gateway', options, new Headers());
  const found = await Promise.all(
    bases.map(async (base): Promise<GatewayWarning[]> => {
      const warning = (message: string) => [{ gateway: base.host, message }];
      try {
        const answer = await send('metadata_unavailable', 'ipfs', new URL(`ipfs/${asked}`, base), {
          method: 'GET',
        });
        if (!answer.ok) return warning(answer.error.message);
        return (await cidOf(answer.body)) === asked
          ? []
          : warning('The gateway shows other content under this CID.');
      } catch (thrown) {
        return warning(thrown instanceof Error ? thrown.message : 'The gateway cannot be asked.');
      }
    }),
  );
  return found.flat();
}
