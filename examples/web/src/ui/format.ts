/** `7xKX…gAsU` */
export const short = (address: string): string => (address.length > 11 ? `${address.slice(0, 4)}…${address.slice(-4)}` : address);

const whole = new Intl.NumberFormat('en-US');
export const number = (value: number): string => whole.format(value);

const compact = new Intl.NumberFormat('en-US', { notation: 'compact' });
/** `500K`, `10M` */
export const rounded = (value: number): string => compact.format(value);

/** `0.4 s`, `12 s`, `2 min 5 s` */
export function duration(ms: number): string {
  if (ms < 50) return '< 0.1 s';
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
