import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

const offered = ['text/event-stream', 'application/json'] as const;
export type Offered = (typeof offered)[number];

interface Range {
  type: string;
  q: number;
}

/**
 * Chooses between a stream and JSON (RFC 9110, section 12.5.1). Where both are equally welcome, the
 * one that was named wins over the one that a wildcard covers (axios sends
 * `application/json, text/plain, *\/*` and can read no stream), then the stream. @throws
 * NftUpgradeError `not_acceptable`
 */
export function negotiate(accept: string | null): Offered {
  const ranges = (accept?.trim() || '*/*').split(',').map(readRange);
  const ranked = offered
    .map((type) => ({ type, ...quality(ranges, type) }))
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || b.specificity - a.specificity);
  const best = ranked[0];
  if (!best) throw new NftUpgradeError('not_acceptable', { details: { offered } });
  return best.type;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const value = q === undefined ? 1 : Number(q);
  return { type, q: value >= 0 && value <= 1 ? value : 0 };
}

function quality(ranges: readonly Range[], type: Offered): { q: number; specificity: number } {
  const patterns = ['*/*', `${type.split('/')[0]}/*`, type];
  let best = { q: 0, specificity: -1 };
  for (const range of ranges) {
    const specificity = patterns.indexOf(range.type);
    if (specificity > best.specificity) best = { q: range.q, specificity };
  }
  return best;
}
