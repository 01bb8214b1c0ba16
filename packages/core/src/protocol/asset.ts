/** Where the user's asset is: what a person wants to know first when something breaks. */
export const assets = ['safe', 'at_risk', 'burned_owed', 'delivered'] as const;

/**
 * - `safe`: the NFT is in the wallet, or nothing of the user's is involved
 * - `at_risk`: a signed burn may be out
 * - `burned_owed`: the old NFT is burned, the new one is owed
 * - `delivered`: the new NFT is in the wallet, or the user was compensated
 */
export type Asset = (typeof assets)[number];
