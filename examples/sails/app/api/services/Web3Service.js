// Stands for your own access to Solana. The chain is a map here: what this example shows is the
// stream.
const { createHash } = require('node:crypto');

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const base58 = (seed, length) =>
  [
    ...createHash('sha512').update(seed).digest(),
    ...createHash('sha512').update(`${seed}/`).digest(),
  ]
    .slice(0, length)
    .map((byte) => alphabet[byte % 58])
    .join('');

module.exports = {
  burns: new Map(),
  minted: [],

  async mintOf(userId) {
    return base58(`mint of ${userId}`, 44);
  },

  async prepareBurnTransaction(owner, mint) {
    return {
      transaction: 'AQID',
      version: 'legacy',
      mint,
      owner,
      attempt: 1,
      lastValidBlockHeight: 150,
    };
  },

  /** What the user's wallet does: signs and sends. */
  async burn(mint) {
    const signature = base58(`burn of ${mint}`, 88);
    this.burns.set(mint, { signature, slot: 42 });
    return signature;
  },

  async verifyBurnTransaction(signature) {
    return [...this.burns.values()].some((burn) => burn.signature === signature);
  },

  async findBurn(mint) {
    return this.burns.get(mint) ?? null;
  },

  async mintNFTFromSystem({ recipientWallet, metadataUri, level }) {
    if (this.failing) throw new Error('The RPC node does not answer.');
    const nftId = `nft-${this.minted.length + 1}`;
    this.minted.push({ nftId, recipientWallet, metadataUri, level });
    return { nftId, mintAddress: base58(nftId, 44), signature: base58(`${nftId}!`, 88) };
  },
};
