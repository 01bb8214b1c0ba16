import {
  AuthorityType,
  createSetAuthorityInstruction,
  getTokenMetadata,
  unpackMint,
} from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSolanaChain } from '../chain.ts';
import { openSolanaEnvironment, runtimes, type SolanaEnvironment } from '../fixtures.ts';
import { token2022 } from '../standards/token-2022.ts';

describe.each(runtimes)('the mint transaction on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  it('K6: an authority without SOL is named before the burn, with what is missing', async () => {
    const poor = createSolanaChain({ rpc: solana.rpc, authority: Keypair.generate() });
    const request = solana.order({ key: poor.mint.key });
    for (const attempt of [() => poor.mint.preflight(request), () => poor.mint.prepare(request, 1)])
      await expect(attempt()).rejects.toMatchObject({
        code: 'mint_authority_unfunded',
        retryable: true,
        details: { authority: poor.mint.key, actual: 0 },
      });
    await expect(solana.chain.mint.preflight({ ...request })).rejects.toMatchObject({
      code: 'mint_key_unknown',
      retryable: false,
    });
  });

  it('K6: tells what the authority has to pay with', async () => {
    const authority = solana.authority.publicKey.toBase58();
    expect(await solana.chain.mint.funds?.()).toEqual({
      authority,
      lamports: await solana.connection.getBalance(solana.authority.publicKey),
    });
    const poor = createSolanaChain({ rpc: solana.rpc, authority: Keypair.generate() });
    expect(await poor.mint.funds?.()).toEqual({ authority: poor.mint.key, lamports: 0 });
  });

  it('K6: what does not fit is refused before the burn', async () => {
    const request = solana.order({
      attributes: Array.from(
        { length: 12 },
        (_, index) => [`field-${index}`, 'x'.repeat(60)] as const,
      ),
    });
    await expect(solana.chain.mint.preflight(request)).rejects.toMatchObject({
      code: 'invalid_request',
      retryable: false,
    });
  });

  it('leaves nobody with power over what was delivered', async () => {
    const request = solana.order();
    const attempt = await solana.chain.mint.prepare(request, 1);
    await solana.chain.mint.send(attempt);
    await solana.settled(request, [attempt]);
    const address = new PublicKey(attempt.mintAddress);
    const state = unpackMint(
      address,
      await solana.connection.getAccountInfo(address),
      token2022().program,
    );
    expect(state).toMatchObject({
      mintAuthority: null,
      freezeAuthority: null,
      supply: 1n,
      decimals: 0,
    });
    const metadata = await getTokenMetadata(solana.connection, address);
    expect(metadata).toMatchObject({
      name: request.name,
      symbol: request.symbol,
      uri: request.uri,
      additionalMetadata: request.attributes,
    });
    expect(metadata?.updateAuthority).toBeUndefined();
    const again = createSetAuthorityInstruction(
      address,
      solana.authority.publicKey,
      AuthorityType.MintTokens,
      solana.authority.publicKey,
      [],
      token2022().program,
    );
    const refused = await solana.land([again], [solana.authority]);
    expect((await solana.connection.getSignatureStatuses([refused])).value[0]?.err).not.toBeNull();
  });

  it('S7: an operation goes on with the authority that it began with', async () => {
    const successor = Keypair.generate();
    const rotated = createSolanaChain({
      rpc: solana.rpc,
      authority: successor,
      formerAuthorities: [solana.authority],
    });
    const request = solana.order();
    expect(rotated.mint.key).toBe(successor.publicKey.toBase58());
    expect(await rotated.mint.address(request)).toBe(await solana.chain.mint.address(request));
    expect(await rotated.mint.address({ ...request, key: rotated.mint.key })).not.toBe(
      await solana.chain.mint.address(request),
    );
  });
});
