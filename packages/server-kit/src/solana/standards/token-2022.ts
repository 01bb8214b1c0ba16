import {
  createInitializeMetadataPointerInstruction,
  createInitializeMint2Instruction,
  createInitializeNonTransferableMintInstruction,
  ExtensionType,
  getExtensionData,
  getMetadataPointerState,
  getMintLen,
  LENGTH_SIZE,
  TOKEN_2022_PROGRAM_ID,
  TYPE_SIZE,
} from '@solana/spl-token';
import {
  createInitializeInstruction,
  createUpdateAuthorityInstruction,
  createUpdateFieldInstruction,
  pack,
  type TokenMetadata,
  unpack,
} from '@solana/spl-token-metadata';
import type { MintOrder, MintTarget, NftStandard } from './standard.ts';
import { tokenProgramStandard } from './token-program.ts';

/** Options of the Token-2022 standard. */
export interface Token2022Options {
  /** Makes new NFTs stay with their first owner; they can be burned. Default false. */
  nonTransferable?: boolean;
  /**
   * Keeps the authority over the metadata with the mint authority. Default false: nobody can change
   * afterwards what was delivered, also not with a stolen server key.
   */
  mutableMetadata?: boolean;
}

/**
 * NFTs of Token-2022 with their metadata in the mint account: name, symbol, URI and key-value
 * fields. Nobody can freeze or close what is minted; a closed mint would free its address for a
 * second one.
 */
export function token2022({
  nonTransferable = false,
  mutableMetadata = false,
}: Token2022Options = {}): NftStandard {
  const program = TOKEN_2022_PROGRAM_ID;
  const extensions = [
    ExtensionType.MetadataPointer,
    ...(nonTransferable ? [ExtensionType.NonTransferable] : []),
  ];

  return tokenProgramStandard({
    name: 'token-2022',
    program,
    permanent: true,

    mintSize(target, order) {
      const space = getMintLen(extensions);
      // The account is created without the metadata, because the program grows it by itself; only
      // the rent has to be there in advance.
      return {
        space,
        rentBytes: space + TYPE_SIZE + LENGTH_SIZE + pack(metadataOf(target, order)).length,
      };
    },

    initialise({ mint, authority }, { name, symbol, uri, attributes }) {
      const shared = { programId: program, metadata: mint, updateAuthority: authority };
      return [
        // The program wants pointer and restrictions before InitializeMint2, and the metadata after
        // it.
        createInitializeMetadataPointerInstruction(
          mint,
          mutableMetadata ? authority : null,
          mint,
          program,
        ),
        ...(nonTransferable ? [createInitializeNonTransferableMintInstruction(mint, program)] : []),
        createInitializeMint2Instruction(mint, 0, authority, null, program),
        createInitializeInstruction({
          ...shared,
          mint,
          mintAuthority: authority,
          name,
          symbol,
          uri,
        }),
        ...attributes.map(([field, value]) =>
          createUpdateFieldInstruction({ ...shared, field, value }),
        ),
      ];
    },

    seal: ({ mint, authority }) =>
      mutableMetadata
        ? []
        : [
            createUpdateAuthorityInstruction({
              programId: program,
              metadata: mint,
              oldAuthority: authority,
              newAuthority: null,
            }),
          ],

    checkMetadata(mint, order) {
      const pointer = getMetadataPointerState(mint);
      const stored = getExtensionData(ExtensionType.TokenMetadata, mint.tlvData);
      if (!pointer?.metadataAddress?.equals(mint.address) || stored === null)
        return ['it has no metadata of its own'];
      const { name, symbol, uri, additionalMetadata } = unpack(stored);
      const fields: Omit<MintOrder, 'attributes'> = { name, symbol, uri };
      const differs = (['name', 'symbol', 'uri'] as const).filter(
        (field) => fields[field] !== order[field],
      );
      const attributes = new Map(additionalMetadata);
      return [
        ...differs.map((field) => `its ${field} is not the ordered one`),
        ...order.attributes
          .filter(([key, value]) => attributes.get(key) !== value)
          .map(([key]) => `its field ${key} is not the ordered one`),
        ...(getExtensionData(ExtensionType.MintCloseAuthority, mint.tlvData) === null
          ? []
          : ['its mint can be closed']),
      ];
    },
  });
}

const metadataOf = (
  { mint, authority }: MintTarget,
  { name, symbol, uri, attributes }: MintOrder,
): TokenMetadata => ({
  mint,
  updateAuthority: authority,
  name,
  symbol,
  uri,
  additionalMetadata: attributes.map(([key, value]) => [key, value]),
});
