import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { airdropTransaction } from '../airdrop.ts';
import type { Bank } from '../bank.ts';
import { readTransaction, type Simulated } from '../execute.ts';
import type { SentTransaction } from '../mempool.ts';
import { errorSentence, neverLands } from '../transaction-error.ts';
import { commitmentOf, contextSlot, inContext, type Method } from './method.ts';
import { address, type Config, config, packet, whole } from './params.ts';
import { Refusal } from './refusal.ts';
import { renderAccount } from './render-account.ts';
import { renderReturnData } from './render-transaction.ts';

function read(text: unknown, options: Config): SentTransaction {
  const wire = packet(text, options.encoding);
  const transaction = readTransaction(wire);
  if (typeof transaction === 'string')
    throw new Refusal('invalidParams', `invalid transaction: ${transaction}`);
  return {
    wire,
    transaction,
    signature: encodeBase58(transaction.signatures[0] ?? new Uint8Array(64)),
  };
}

function rendered(bank: Bank, simulated: Simulated, options: Config): Record<string, unknown> {
  const { accounts } = options;
  return {
    err: simulated.err,
    logs: simulated.logs,
    unitsConsumed: simulated.unitsConsumed,
    returnData: renderReturnData(simulated.returnData),
    innerInstructions: null,
    accounts:
      accounts && simulated.err === null
        ? accounts.addresses.map((key) => {
            const account =
              simulated.accounts.get(address(key)) ?? bank.account(address(key), 'processed');
            return renderAccount(
              bank,
              account,
              { encoding: accounts.encoding ?? 'base64' },
              'processed',
            );
          })
        : null,
  };
}

/** Methods that send. */
export const send: Readonly<Record<string, Method>> = {
  sendTransaction(bank, [text, options]) {
    const parsed = config(options);
    const sent = read(text, parsed);
    if (!parsed.skipPreflight) {
      contextSlot(bank, { ...parsed, commitment: parsed.preflightCommitment });
      const simulated = bank.simulate(sent, { verifySignatures: true, anyBlockhash: false });
      if (simulated.err === 'SignatureFailure')
        throw new Refusal(
          'signatureVerificationFailure',
          'Transaction signature verification failure',
        );
      if (simulated.err !== null) {
        const message = `Transaction simulation failed: ${errorSentence(simulated.err)}`;
        throw new Refusal('preflightFailure', message, rendered(bank, simulated, {}));
      }
    }
    // Without preflight also what can never land is accepted: the node passes it on unread.
    bank.mempool.add(sent);
    return sent.signature;
  },
  simulateTransaction(bank, [text, options]) {
    const parsed = config(options);
    const slot = contextSlot(bank, parsed);
    const { sigVerify = false, replaceRecentBlockhash = false } = parsed;
    if (sigVerify && replaceRecentBlockhash)
      throw new Refusal('invalidParams', 'sigVerify may not be used with replaceRecentBlockhash');
    const simulated = bank.simulate(read(text, parsed), {
      verifySignatures: sigVerify,
      anyBlockhash: replaceRecentBlockhash,
    });
    const { blockhash, height } = bank.ledger.at(commitmentOf(parsed));
    const replacement = replaceRecentBlockhash && {
      replacementBlockhash: { blockhash, lastValidBlockHeight: height + 150 },
    };
    return inContext(slot, { ...rendered(bank, simulated, parsed), ...replacement });
  },
  requestAirdrop(bank, [key, lamports]) {
    const sent = airdropTransaction(bank, address(key), whole(lamports));
    const { err } = bank.simulate(sent, { verifySignatures: true, anyBlockhash: false });
    if (err !== null && neverLands(err))
      throw new Refusal('internalError', `The faucet failed: ${errorSentence(err)}`);
    bank.mempool.add(sent);
    return sent.signature;
  },
};
