import {
  AuthorityType,
  createSetAuthorityInstruction,
  getTokenMetadata,
  unpackMint,
} from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSolanaChain } from '../chain.ts';
import { openWorld, runtimes, type World } from '../fixtures.ts';
import { token2022 } from '../standards/token-2022.ts';

describe.each(runtimes)('the mint transaction on %s', (runtime) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(runtime);
  });
  afterAll(() => world.stop());

  it('K6: an authority without SOL is named before the burn, with what is missing', async () => {
    const poor = createSolanaChain({ rpc: world.rpc, authority: Keypair.generate() });
    const request = world.order({ key: poor.mint.key });
    for (const attempt of [() => poor.mint.preflight(request), () => poor.mint.prepare(request, 1)])
      await expect(attempt()).rejects.toMatchObject({
        code: 'mint_authority_unfunded',
        retryable: true,
        details: { authority: poor.mint.key, actual: 0 },
      });
    await expect(world.chain.mint.preflight({ ...request })).rejects.toMatchObject({
      code: 'mint_key_unknown',
      retryable: false,
    });
  });

  it('K6: tells what the authority has to pay with', async () => {
    const authority = world.authority.publicKey.toBase58();
    expect(await world.chain.mint.funds?.()).toEqual({
      authority,
      lamports: await world.connection.getBalance(world.authority.publicKey),
    });
    const poor = createSolanaChain({ rpc: world.rpc, authority: Keypair.generate() });
    expect(await poor.mint.funds?.()).toEqual({ authority: poor.mint.key, lamports: 0 });
  });

  it('K6: what does not fit is refused before the burn', async () => {
    const request = world.order({
      attributes: Array.from(
        { length: 12 },
        (_, index) => [`field-${index}`, 'x'.repeat(60)] as const,
      ),
    });
    await expect(world.chain.mint.preflight(request)).rejects.toMatchObject({
      code: 'invalid_request',
      retryable: false,
    });
  });

  it('leaves nobody with power over what was delivered', async () => {
    const request = world.order();
    const attempt = await world.chain.mint.prepare(request, 1);
    await world.chain.mint.send(attempt);
    await world.settled(request, [attempt]);
    const address = new PublicKey(attempt.mintAddress);
    const state = unpackMint(
      address,
      await world.connection.getAccountInfo(address),
      token2022().program,
    );
    expect(state).toMatchObject({
      mintAuthority: null,
      freezeAuthority: null,
      supply: 1n,
      decimals: 0,
    });
    const metadata = await getTokenMetadata(world.connection, address);
    expect(metadata).toMatchObject({
      name: request.name,
      symbol: request.symbol,
      uri: request.uri,
      additionalMetadata: request.attributes,
    });
    expect(metadata?.updateAuthority).toBeUndefined();
    const again = createSetAuthorityInstruction(
      address,
      world.authority.publicKey,
      AuthorityType.MintTokens,
      world.authority.publicKey,
      [],
      token2022().program,
    );
    const refused = await world.land([again], [world.authority]);
    expect((await world.connection.getSignatureStatuses([refused])).value[0]?.err).not.toBeNull();
  });

  it('S7: an operation goes on with the authority that it began with', async () => {
    const successor = Keypair.generate();
    const rotated = createSolanaChain({
      rpc: world.rpc,
      authority: successor,
      formerAuthorities: [world.authority],
    });
    const request = world.order();
    expect(rotated.mint.key).toBe(successor.publicKey.toBase58());
    expect(await rotated.mint.address(request)).toBe(await world.chain.mint.address(request));
    expect(await rotated.mint.address({ ...request, key: rotated.mint.key })).not.toBe(
      await world.chain.mint.address(request),
    );
  });
});
