/**
 * A token amount as the API writes it. `uiAmount` is null for none, as in the metadata of a
 * transaction on a real node.
 */
export function uiTokenAmount(
  amount: bigint,
  decimals: number,
): { amount: string; decimals: number; uiAmount: number | null; uiAmountString: string } {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const fraction = digits.slice(point).replace(/0+$/, '');
  const uiAmountString =
    fraction === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`;
  return {
    amount: amount.toString(),
    decimals,
    uiAmount: amount === 0n ? null : Number(uiAmountString),
    uiAmountString,
  };
}
