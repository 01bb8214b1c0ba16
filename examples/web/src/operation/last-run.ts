/** The operation that this browser showed last, by wallet: an id, nothing else. */
interface LastRun {
  process: string;
  id: string;
}

const keyOf = (wallet: string) => `aiw3-example:last:${wallet}`;

export const lastRun = {
  keep: (wallet: string, run: LastRun) => localStorage.setItem(keyOf(wallet), JSON.stringify(run)),
  forget: (wallet: string) => localStorage.removeItem(keyOf(wallet)),
  read: (wallet: string) =>
    JSON.parse(localStorage.getItem(keyOf(wallet)) ?? 'null') as LastRun | null,
};
