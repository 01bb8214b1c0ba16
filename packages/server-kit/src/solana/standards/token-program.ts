import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  AuthorityType,
  createAssociatedTokenAccountIdempotentInstruction,
  createBurnCheckedInstruction,
  createCloseAccountInstruction,
  createMintToCheckedInstruction,
  createSetAuthorityInstruction,
  getAssociatedTokenAddressSync,
  type Mint,
  TokenError,
  unpackAccount,
  unpackMint,
} from '@solana/spl-token';
import { PublicKey, type TransactionInstruction } from '@solana/web3.js';
import { tokenBurnFindings } from '../burn/findings.ts';
import { readAccount, readTokenAccounts } from '../rpc/reads.ts';
import type { MintOrder, MintSize, MintTarget, NftStandard } from './standard.ts';

/** What the two token programs do differently. */
export interface TokenProgramParts {
  name: string;
  program: PublicKey;
  /** True when nobody can ever close its mints. Default false. */
  permanent?: boolean;
  /** What the mint account takes. */
  mintSize(target: MintTarget, order: MintOrder): MintSize;
  /** From the created account to an initialised mint whose authority is `target.authority`. */
  initialise(target: MintTarget, order: MintOrder): TransactionInstruction[];
  /** After the NFT was minted: gives up what is not to be kept. */
  seal?(target: MintTarget): TransactionInstruction[];
  /** Differences in what the standard stores on chain beyond the mint itself. */
  checkMetadata?(mint: Mint, order: MintOrder): string[];
}

/**
 * An NFT as a mint of the SPL Token program or of Token-2022: no decimals, a supply of one, nobody
 * who could mint another.
 */
export function tokenProgramStandard(parts: TokenProgramParts): NftStandard {
  const { name, program } = parts;
  const recipientAccount = ({ mint, recipient }: MintTarget) =>
    getAssociatedTokenAddressSync(mint, recipient, true, program);

  return {
    name,
    program,
    permanent: parts.permanent ?? false,
    recognises: (mint) => mint.owner.equals(program),

    async locate(endpoint, { mint, owner, commitment }) {
      const account = await readAccount(endpoint, mint, commitment);
      const state = account && parse(() => unpackMint(mint, account, program));
      if (state?.decimals !== 0 || state.supply > 1n)
        throw unsupported('it is not a mint with a supply of one');
      if (state.supply === 0n) throw notOwned();
      // Told before the click: after it, the burn could not be accepted, because the holder of
      // the authority could mint the same NFT again.
      if (state.mintAuthority !== null) throw unsupported('its mint authority still exists');
      for (const { pubkey, account: data } of await readTokenAccounts(
        endpoint,
        owner,
        mint,
        commitment,
      )) {
        const held = parse(() => unpackAccount(pubkey, data, program));
        if (held?.amount !== 1n) continue;
        if (held.isFrozen) throw new NftUpgradeError('nft_frozen');
        return {
          mint: mint.toBase58(),
          owner: owner.toBase58(),
          tokenAccount: pubkey.toBase58(),
          tokenProgram: program.toBase58(),
          standard: name,
        };
      }
      throw notOwned();
    },

    async holds(endpoint, nft, commitment, atLeast) {
      const accounts = await readTokenAccounts(
        endpoint,
        new PublicKey(nft.owner),
        new PublicKey(nft.mint),
        commitment,
        atLeast,
      );
      return accounts.some(
        ({ pubkey, account }) =>
          parse(() => unpackAccount(pubkey, account, program))?.amount === 1n,
      );
    },

    async remaining(endpoint, nft, atLeast) {
      const address = new PublicKey(nft.mint);
      const account = await readAccount(endpoint, address, 'finalized', atLeast);
      if (!account || account.lamports === 0) return { closed: true };
      const state = parse(() => unpackMint(address, account, account.owner));
      // Not a mint any more: closed, and something else was made at its address. It cannot be this
      // NFT.
      if (!state) return { closed: true };
      return {
        closed: false,
        program: account.owner.toBase58(),
        supply: state.supply,
        mintAuthority: state.mintAuthority?.toBase58() ?? null,
      };
    },

    async buildBurn(endpoint, nft, commitment) {
      const [mint, owner, address] = [
        new PublicKey(nft.mint),
        new PublicKey(nft.owner),
        new PublicKey(nft.tokenAccount),
      ];
      const account = await readAccount(endpoint, address, commitment);
      const held = account && parse(() => unpackAccount(address, account, program));
      if (held?.amount !== 1n || !held.owner.equals(owner)) throw notOwned();
      if (held.isFrozen) throw new NftUpgradeError('nft_frozen');
      const burn = createBurnCheckedInstruction(address, mint, owner, 1n, 0, [], program);
      // With a close authority that is somebody else, CloseAccount by the owner fails and would
      // take the burn with it.
      if (held.closeAuthority !== null && !held.closeAuthority.equals(owner)) return [burn];
      return [burn, createCloseAccountInstruction(address, owner, owner, [], program)];
    },

    verifyBurn: tokenBurnFindings,
    mintSize: (target, order) => parts.mintSize(target, order),
    recipientAccount,

    buildMint(target, order) {
      const { mint, authority, recipient } = target;
      const account = recipientAccount(target);
      return [
        ...parts.initialise(target, order),
        createAssociatedTokenAccountIdempotentInstruction(
          authority,
          account,
          recipient,
          mint,
          program,
        ),
        createMintToCheckedInstruction(mint, account, authority, 1n, 0, [], program),
        createSetAuthorityInstruction(mint, authority, AuthorityType.MintTokens, null, [], program),
        ...(parts.seal?.(target) ?? []),
      ];
    },

    checkMint(account, { mint }, order) {
      const state = parse(() => unpackMint(mint, account, program));
      if (!state?.isInitialized) return ['it is not a mint of the ordered standard'];
      return [
        ...(state.decimals === 0 ? [] : [`it has ${state.decimals} decimals`]),
        // 0 once its owner has burned it.
        ...(state.supply <= 1n ? [] : [`its supply is ${state.supply}`]),
        ...(state.mintAuthority === null ? [] : ['its mint authority still exists']),
        ...(state.freezeAuthority === null ? [] : ['it has a freeze authority']),
        ...(parts.checkMetadata?.(state, order) ?? []),
      ];
    },
  };
}

/**
 * Reads an account. @returns null for one that is not what it should be: another owner, another
 * size, another kind.
 */
function parse<T>(unpack: () => T): T | null {
  try {
    return unpack();
  } catch (thrown) {
    // RangeError: an account of the program that is too short for the layout.
    if (thrown instanceof TokenError || thrown instanceof RangeError) return null;
    throw thrown;
  }
}

const notOwned = () =>
  new NftUpgradeError('nft_not_owned', { details: { required: 1, actual: 0 } });
/** The one who asks can choose another NFT, so of a start it is a requirement that is not met. */
const unsupported = (why: string) =>
  new NftUpgradeError('nft_unsupported', {
    message: `This NFT cannot be exchanged: ${why}.`,
    hint: 'Use another NFT; only its issuer can change this one.',
    actor: 'user',
    details: { required: 'an NFT that nobody else has power over', actual: why },
  });
