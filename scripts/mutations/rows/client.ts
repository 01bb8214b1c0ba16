import { core, kit, type Mutation, mutation } from '../mutation.ts';

export const client: readonly Mutation[] = [
  mutation(
    'C1',
    'the key of an open start is kept',
    `${core}/client/keys.ts`,
    'alive(known) ? known :',
    'false as boolean ? (known as Open) :',
    `${core}/client/start.test.ts`,
  ),
  mutation(
    'C2',
    'one prompt at a time in a page',
    `${core}/client/lock.ts`,
    'if (prompting.has(account)) throw',
    'if (false as boolean) throw',
    `${core}/client/sign.test.ts`,
  ),
  mutation(
    'C3',
    'a key remembers its body',
    `${kit}/engine/commands/start.ts`,
    'row.process !== process || !row.same',
    'false as boolean',
    `${kit}/service.test.ts`,
  ),
  mutation(
    'C6',
    'a refused token is renewed',
    `${core}/stream/transport.ts`,
    'response.status === 401 && auth.refreshable',
    'false as boolean',
    `${core}/client/tokens.test.ts`,
  ),
  mutation(
    'C7',
    'resumes from the cursor',
    `${core}/stream/attempt.ts`,
    '...(cursor > 0 &&',
    '...(cursor < 0 &&',
    `${core}/stream/cut.test.ts`,
  ),
  mutation(
    'C8',
    'a seen event is dropped',
    `${core}/machine/reduce.ts`,
    'if (event.seq <= seq) return',
    'if (event.seq < 0) return',
    `${core}/machine/reduce.test.ts`,
  ),
  mutation(
    'C8',
    'a missing event is noticed',
    `${core}/machine/reduce.ts`,
    "return event.seq > seq + 1 ? 'gap' : null;",
    'return null;',
    `${core}/machine/reduce.test.ts`,
  ),
  mutation(
    'C11',
    'the server refuses another protocol',
    `${kit}/http/handler.ts`,
    'spoken === String(PROTOCOL_VERSION)',
    "spoken !== ''",
    `${kit}/http/problems.test.ts`,
  ),
  mutation(
    'C4',
    'a frozen NFT is told before anything is signed',
    `${kit}/solana/standards/token-program.ts`,
    `if (held.isFrozen) throw new NftUpgradeError('nft_frozen');
        return {`,
    'return {',
    `${kit}/solana/burn/build.test.ts`,
  ),
  mutation(
    'C4',
    'what the user can mend is a requirement, not a failure',
    `${kit}/phases/preflight.ts`,
    'return asked ? unqualified(error) :',
    'return (asked as unknown) === null ? unqualified(error) :',
    `${kit}/service.test.ts`,
  ),
  mutation(
    'C5',
    'a burn that may still land is not handed out again',
    `${kit}/engine/commands/reissue-burn.ts`,
    "if (seen.kind !== 'dead' && seen.kind !== 'failed') {",
    "if (seen.kind === 'burned') {",
    `${kit}/engine/rows/burn.test.ts`,
  ),
  mutation(
    'C9',
    'a socket that slept with the device is given up',
    `${core}/stream/follow.ts`,
    `interrupter?.abort();
    }
  };`,
    `void 0;
    }
  };`,
    `${core}/stream/follow.test.ts`,
  ),
  mutation(
    'C10',
    'a prompt outlives the component that asked for it',
    `${core}/client/lock.ts`,
    'prompting.add(account);',
    'void account;',
    'packages/react/src/lifecycle.test.tsx',
  ),
];
