import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Endpoint } from './endpoint.ts';
import { rpcRefusal } from './failure.ts';
import { type RpcAnswer, type RpcMethod, type RpcParameters, rpcAnswers } from './methods.ts';

/**
 * Asks a node, and believes only an answer of the right shape. @throws NftUpgradeError
 * `rpc_unavailable`, with `details.rpcCode` where the node says why
 */
export async function ask<Method extends RpcMethod>(
  endpoint: Endpoint,
  method: Method,
  parameters: RpcParameters[Method],
): Promise<RpcAnswer<Method>> {
  const answer = await endpoint.request(method, parameters);
  if ('error' in answer) throw rpcRefusal(endpoint.host, method, answer.error);
  const reader: (typeof rpcAnswers)[Method] = rpcAnswers[method];
  const read = reader.safeParse(answer.result);
  if (read.success) return read.data;
  throw malformed(endpoint, method);
}

/** The answer is not one to this question. */
export const malformed = (endpoint: Endpoint, method: RpcMethod): NftUpgradeError =>
  new NftUpgradeError('rpc_unavailable', {
    message: `The Solana RPC node ${endpoint.host} answers ${method} with something else.`,
    details: { host: endpoint.host, reason: `malformed ${method}` },
  });
