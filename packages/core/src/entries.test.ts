import { expect, test } from 'vitest';

/**
 * The values that the entries about signing give out. Taking one away breaks pages.
 */
test.each<[string, readonly string[]]>([
  [
    'solana',
    [
      'burnMemo',
      'burnMemoPrefix',
      'decodeBase58',
      'decodeBase64',
      'decodeTransaction',
      'effectsOf',
      'encodeBase58',
      'encodeBase64',
      'explainFinding',
      'firstSignature',
      'formerBurnMemo',
      'formerBurnMemoPrefix',
      'isBurnMemo',
      'maxTransactionBytes',
      'maxVersion1Bytes',
      'namesOperation',
      'operationOfMemo',
      'programs',
      'readAnyVersion',
      'readBurnMemo',
      'solanaGuard',
      'verifyOwnerSignature',
      'walletChanges',
      'walletFailure',
      'walletOutcome',
    ],
  ],
  ['wallet-adapter', ['walletAdapter']],
  ['wallet-standard', ['walletStandard']],
  ['receipt', ['canonicalJson', 'receiptBytes', 'verifyReceipt']],
])('the public names of /%s', async (entry, names) => {
  const module = (await import(`./${entry}/index.ts`)) as object;
  expect(Object.keys(module).sort()).toEqual(names);
});
