/** `7xKX…gAsU` */
export const short = (address: string): string =>
  address.length > 11 ? `${address.slice(0, 4)}…${address.slice(-4)}` : address;

/** 5000n → `0.000005` */
export const sol = (lamports: bigint): string => {
  const digits = lamports.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
};
