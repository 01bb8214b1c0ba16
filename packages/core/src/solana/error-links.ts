/** One error of a chain, reduced to what the outcome table looks at. */
export interface ErrorLink {
  name: string | undefined;
  message: string;
  code: number | string | undefined;
  /** Status word of a hardware wallet. */
  statusCode: number | undefined;
  /** True when an RPC node added the log of a simulation. */
  hasLogs: boolean;
}

/**
 * Follows an error to its origin: `error` (wallet-adapter-base wraps with it), `cause`,
 * `originalError` (hardware wallets), `data` (JSON-RPC). The innermost comes last. Never throws,
 * also for getters that do and for errors that contain themselves.
 */
export function errorLinks(thrown: unknown): ErrorLink[] {
  const links: ErrorLink[] = [];
  const queue: unknown[] = [thrown];
  // 16: enough for every real chain, and an end for an error that contains itself or that is made
  // up as it is read.
  for (
    let current = queue.shift();
    current !== undefined && links.length < 16;
    current = queue.shift()
  ) {
    if (typeof current === 'string')
      links.push({
        name: undefined,
        message: current,
        code: undefined,
        statusCode: undefined,
        hasLogs: false,
      });
    if (typeof current !== 'object' || current === null) continue;
    const link = read(current);
    links.push(link);
    for (const field of ['error', 'cause', 'originalError', 'data']) {
      const next = get(current, field);
      if (typeof next === 'object' && next !== null) queue.push(next);
    }
  }
  return links;
}

function read(error: object): ErrorLink {
  const name = get(error, 'name');
  const message = get(error, 'message');
  const context = get(error, 'context');
  // WalletStandardError keeps its number in its context.
  const code =
    get(error, 'code') ??
    (typeof context === 'object' && context !== null ? get(context, '__code') : undefined);
  const statusCode = get(error, 'statusCode');
  return {
    name: typeof name === 'string' ? name : undefined,
    // A regular expression over a megabyte of log freezes the page.
    message: typeof message === 'string' ? message.slice(0, 1_000) : '',
    code: typeof code === 'number' || typeof code === 'string' ? code : undefined,
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    hasLogs: Array.isArray(get(error, 'logs')),
  };
}

function get(object: object, field: string): unknown {
  try {
    return Reflect.get(object, field);
  } catch {
    return undefined;
  }
}
