import * as z from 'zod/mini';
import type { Bank } from '../bank.ts';
import { accounts } from './accounts.ts';
import { cluster } from './cluster.ts';
import { history } from './history.ts';
import type { Method } from './method.ts';
import { Refusal, rpcCodes } from './refusal.ts';
import { send } from './send.ts';
import { tokens } from './tokens.ts';

const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...cluster, ...accounts, ...tokens, ...history, ...send }),
);

const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.optional(z.nullable(z.union([z.string(), z.number()]))),
  method: z.string(),
  params: z.optional(z.array(z.unknown())),
});

/** One call of JSON-RPC 2.0, checked. */
export type Request = z.infer<typeof requestSchema>;

const failure = (id: Request['id'], code: number, message: string, data?: unknown): unknown => ({
  jsonrpc: '2.0',
  error: { code, message, ...(data !== undefined && { data }) },
  id: id ?? null,
});

/** Runs `call` and writes what comes of it as an answer of JSON-RPC. */
export function respond(request: unknown, call: (request: Request) => unknown): unknown {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) return failure(null, rpcCodes.invalidRequest, 'Invalid request');
  const { id } = parsed.data;
  try {
    return { jsonrpc: '2.0', result: call(parsed.data), id: id ?? null };
  } catch (error) {
    if (error instanceof Refusal) return failure(id, error.code, error.message, error.data);
    return failure(
      id,
      rpcCodes.internalError,
      error instanceof Error ? error.message : 'Internal error',
    );
  }
}

/** Calls a method of the API. @throws Refusal */
export function callMethod(bank: Bank, { method, params = [] }: Request): unknown {
  const found = methods.get(method);
  if (!found) throw new Refusal('methodNotFound', 'Method not found');
  return found(bank, params);
}

/** Answers the body of a request: one call, or a batch of them. */
export function answer(bank: Bank, body: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return failure(null, rpcCodes.parseError, 'Parse error');
  }
  const one = (request: unknown): unknown => respond(request, (valid) => callMethod(bank, valid));
  if (!Array.isArray(parsed)) return one(parsed);
  return parsed.length === 0
    ? failure(null, rpcCodes.invalidRequest, 'Invalid request')
    : parsed.map(one);
}
