import { createInitializeMint2Instruction, MINT_SIZE, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import type { NftStandard } from './standard.ts';
import { tokenProgramStandard } from './token-program.ts';

/**
 * NFTs of the SPL Token program. Name and URI are not on the chain with this standard: they live in
 * the records of the server and in the document on IPFS. Nobody can freeze what is minted.
 */
export const splToken = (): NftStandard =>
  tokenProgramStandard({
    name: 'spl-token',
    program: TOKEN_PROGRAM_ID,
    permanent: true,
    mintSize: () => ({ space: MINT_SIZE, rentBytes: MINT_SIZE }),
    initialise: ({ mint, authority }) => [
      createInitializeMint2Instruction(mint, 0, authority, null, TOKEN_PROGRAM_ID),
    ],
  });
