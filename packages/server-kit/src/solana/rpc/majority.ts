import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { anotherNodeMayHelp } from './failure.ts';
import { majorityOf } from './point.ts';

/** What a node says: a value, or a verdict such as `nft_not_owned`. */
export type NodeAnswer<T> = { value: T } | { verdict: NftUpgradeError };

/**
 * Runs work on a node. @returns its answer, a refusal among them
 * @throws NftUpgradeError where another node may answer better: that is no answer
 */
export async function answerOf<T>(work: Promise<T>): Promise<NodeAnswer<T>> {
  try {
    return { value: await work };
  } catch (thrown) {
    if (!isNftUpgradeError(thrown) || anotherNodeMayHelp(thrown)) throw thrown;
    return { verdict: thrown };
  }
}

export function opened<T>(answer: NodeAnswer<T>): T {
  if ('verdict' in answer) throw answer.verdict;
  return answer.value;
}

/**
 * The first answer that a majority of all nodes gives, as soon as that many have given it. Who
 * dissents is outvoted, who does not answer is absent.
 * @param essence what is compared of a value; of a verdict it is the code
 * @throws NftUpgradeError `rpc_unavailable` when there is none
 */
export function majorityAnswer<T>(
  answers: readonly Promise<NodeAnswer<T>>[],
  nodes: number,
  essence: (value: T) => unknown,
): Promise<NodeAnswer<T>> {
  const votes = new Map<string, number>();
  const words: string[] = [];
  return new Promise((resolve, reject) => {
    const count = async (answer: Promise<NodeAnswer<T>>): Promise<void> => {
      try {
        const given = await answer;
        const word = 'verdict' in given ? given.verdict.code : JSON.stringify(essence(given.value));
        words.push(word);
        const same = (votes.get(word) ?? 0) + 1;
        votes.set(word, same);
        if (same >= majorityOf(nodes)) resolve(given);
      } catch (thrown) {
        if (!isNftUpgradeError(thrown)) reject(thrown);
      }
    };
    Promise.all(answers.map(count)).then(() => {
      const agreeing = Math.max(0, ...votes.values());
      reject(
        new NftUpgradeError('rpc_unavailable', {
          message: `Only ${agreeing} of ${nodes} RPC nodes give the same answer.`,
          details: { agreeing, answered: words.length, endpoints: nodes },
        }),
      );
    }, reject);
  });
}
