import { decodeTransaction } from '@aiw3/nft-upgrade/solana';
import { feeOf } from '../fee.ts';
import { blockhashLifetime } from '../ledger.ts';
import { commitmentOf, contextSlot, inContext, type Method } from './method.ts';
import { config, packet, whole } from './params.ts';
import { Refusal } from './refusal.ts';

const slotsInEpoch = 432_000;

/** Methods about the chain as a whole. */
export const cluster: Readonly<Record<string, Method>> = {
  getHealth: () => 'ok',
  getVersion: () => ({ 'solana-core': '3.1.0', 'feature-set': 0 }),
  getGenesisHash: (bank) => bank.genesisHash,
  getFirstAvailableBlock: () => 0,
  getSlot: (bank, [options]) => contextSlot(bank, config(options)),
  getBlockHeight(bank, [options]) {
    const parsed = config(options);
    contextSlot(bank, parsed);
    return bank.ledger.at(commitmentOf(parsed)).height;
  },
  getBlockTime: (bank, [slot]) => bank.ledger.blockOfSlot(whole(slot))?.time ?? null,
  getEpochInfo(bank, [options]) {
    const { slot, height } = bank.ledger.at(commitmentOf(config(options)));
    return {
      absoluteSlot: slot,
      blockHeight: height,
      epoch: Math.floor(slot / slotsInEpoch),
      slotIndex: slot % slotsInEpoch,
      slotsInEpoch,
      transactionCount: bank.ledger.transactionCount,
    };
  },
  getLatestBlockhash(bank, [options]) {
    const parsed = config(options);
    const slot = contextSlot(bank, parsed);
    const { blockhash, height } = bank.ledger.at(commitmentOf(parsed));
    return inContext(slot, { blockhash, lastValidBlockHeight: height + blockhashLifetime });
  },
  isBlockhashValid(bank, [blockhash, options]) {
    const parsed = config(options);
    const slot = contextSlot(bank, parsed);
    const { height } = bank.ledger.at(commitmentOf(parsed));
    return inContext(
      slot,
      typeof blockhash === 'string' && bank.ledger.fresh(blockhash, height + 1) !== undefined,
    );
  },
  getFeeForMessage(bank, [text, options]) {
    const parsed = config(options);
    const slot = contextSlot(bank, parsed);
    const message = packet(text, 'base64');
    // The same reader as for transactions, so the signatures that a message does not have are put
    // in front of it.
    const signatures = message[0] === 0x80 ? (message[1] ?? 0) : (message[0] ?? 0);
    const decoded = decodeTransaction(
      Uint8Array.from([signatures, ...new Uint8Array(64 * signatures), ...message]),
    );
    if (!decoded.ok)
      throw new Refusal('invalidParams', `invalid transaction message: ${decoded.reason}`);
    const { height } = bank.ledger.at(commitmentOf(parsed));
    return inContext(
      slot,
      bank.ledger.fresh(decoded.transaction.blockhash, height + 1)
        ? feeOf(decoded.transaction)
        : null,
    );
  },
  getRecentPrioritizationFees: (bank) =>
    bank.ledger.recentBlocks(150).map(({ slot }) => ({ slot, prioritizationFee: 0 })),
  getMinimumBalanceForRentExemption: (bank, [bytes]) => Number(bank.rent(whole(bytes))),
};
