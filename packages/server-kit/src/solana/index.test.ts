import { expect, it } from 'vitest';
import * as solana from './index.ts';

it('exports these names', () => {
  expect(Object.keys(solana).sort()).toEqual([
    'authorityFunds',
    'createRpc',
    'createSolanaChain',
    'defaultStandards',
    'issueNft',
    'landedOf',
    'mintAddress',
    'readLanded',
    'splToken',
    'token2022',
    'tokenBurnFindings',
    'tokenProgramStandard',
  ]);
});
