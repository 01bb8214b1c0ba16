import { type ConfirmBurn, NftUpgradeError, wire } from '@aiw3/nft-upgrade/protocol';
import { readJson, readOptionalJson } from './body.ts';
import { bodyLimits, type HttpContext, type OperationCall, queryOf } from './context.ts';
import { json } from './headers.ts';
import { invalidRequest } from './problem.ts';

/** `PATCH …/{id}/confirm-burn`: reports a burn, or hands over the signed bytes. */
export async function confirmBurn(context: HttpContext, call: OperationCall): Promise<Response> {
  context.commands.consume(call.principal.id);
  const confirmation = readConfirmation(await readJson(call.request, bodyLimits(context)));
  const { burnTxSignature, snapshot } = await context.operations.confirmBurn({
    ...queryOf(call),
    confirmation,
  });
  const message = 'The burn is reported. The chain decides.';
  return json({ success: true, message, burnTxSignature, operation: snapshot });
}

/** `POST …/{id}/burn-transaction`: a fresh transaction in place of one that can no longer land. */
export async function renewBurn(context: HttpContext, call: OperationCall): Promise<Response> {
  await acceptCommand(context, call);
  const operation = await context.operations.renewBurn(queryOf(call));
  const { burnTransaction } = operation.now;
  // The last look at the chain can have found a burn: there is nothing left to sign.
  if (burnTransaction === undefined) {
    const { operationId, asset, status } = operation;
    throw new NftUpgradeError('burn_not_expected', { operationId, asset, details: { status } });
  }
  return json({ burnTransaction, operation });
}

/** `POST …/{id}/cancel` */
export async function cancel(context: HttpContext, call: OperationCall): Promise<Response> {
  await acceptCommand(context, call);
  return json(await context.operations.cancel(queryOf(call)), { status: 202 });
}

/** `POST …/{id}/retry` */
export async function retry(context: HttpContext, call: OperationCall): Promise<Response> {
  await acceptCommand(context, call);
  return json(await context.operations.retry(queryOf(call)), { status: 202 });
}

async function acceptCommand(
  context: HttpContext,
  { principal, request }: OperationCall,
): Promise<void> {
  context.commands.consume(principal.id);
  const body = await readOptionalJson(request, bodyLimits(context));
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidRequest('(root)', 'has to be a JSON object, or nothing');
}

function readConfirmation(body: unknown): ConfirmBurn {
  if (!wire.confirmBurn.check(body)) return body as ConfirmBurn;
  const field =
    typeof body === 'object' && body !== null && 'signedTransaction' in body
      ? 'signedTransaction'
      : 'burnTxSignature';
  const shape =
    field === 'signedTransaction' ? 'the signed transaction in base64' : 'a signature in base58';
  throw invalidRequest(
    field,
    `has to be ${shape}, and exactly one of burnTxSignature and signedTransaction`,
  );
}
