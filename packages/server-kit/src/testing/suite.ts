/**
 * One case of a contract. Any test runner can run it:
 * `for (const { name, run } of cases) test(name, run)`. It rejects when the contract is broken.
 */
export interface ContractCase {
  readonly name: string;
  /** Rejects when the case does not hold. */
  run(): Promise<void>;
}

/** Waits until something is so. @throws what `look` throws last, after `timeoutMs` */
export async function eventually(
  look: () => void | Promise<void>,
  timeoutMs = 20_000,
): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await look();
    } catch (thrown) {
      if (Date.now() > until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
