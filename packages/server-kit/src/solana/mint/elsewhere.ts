import type { MintRequest } from '../../ports/chain.ts';
import type { MintContext } from './context.ts';

/**
 * The address follows from the authority and from the token program, so these two are what can
 * differ.
 */
export function elsewhere(
  { authorities, standards }: MintContext,
  request: MintRequest,
  knownKeys: readonly string[],
): MintRequest[] {
  const own = standards.named(request.standard);
  return [...new Set([request.key, ...authorities.keys(), ...knownKeys])].flatMap((key) =>
    standards.all
      .filter(({ program, name }) =>
        program.equals(own.program) ? name === own.name && key !== request.key : true,
      )
      .map(({ name }) => ({ ...request, key, standard: name })),
  );
}

/**
 * The newest blockhash of all outlives every other one. `processed`: nobody can have signed with
 * one that is ahead of it.
 */
export const horizon = async ({ rpc }: MintContext): Promise<number> =>
  (await rpc.blockhash('processed')).lastValidBlockHeight;
