/**
 * What every memo of this product begins with: its name and the version of the format. Short,
 * because it stands beside the NFT's data in one transaction.
 */
export const burnMemoPrefix = 'nu2:';

/**
 * What the memo of an operation of a former definition begins with. Every memo that begins with one
 * of both is ours, and contradicts a burn when it names something else.
 */
export const formerBurnMemoPrefix = 'nft-upgrade:1:';

/** What a burn is for. */
export interface BurnPurpose {
  operationId: string;
  /** Tag of the deployment, 8 characters: `deploymentTag` of the server kit makes it. */
  deployment: string;
}

/** An id without the prefix of its process: what is unique in it. */
const operationIn = (operationId: string): string =>
  operationId.slice(operationId.indexOf('_') + 1);

/**
 * The text that binds a burn to its operation and to the deployment that runs it, at most 45 bytes
 * for the ids of the server kit. The server writes it and verifies it letter for letter.
 */
export const burnMemo = ({ operationId, deployment }: BurnPurpose): string =>
  `${burnMemoPrefix}${deployment}:${operationIn(operationId)}`;

/** The same for an operation of a former definition: pages of its time demand it to the letter. */
export const formerBurnMemo = (operationId: string): string => formerBurnMemoPrefix + operationId;

/** What a memo of ours names. */
export interface NamedBurn {
  /** 1 for the former form. */
  version: 1 | 2;
  /** Tag of the deployment; the former form names none. */
  deployment: string | null;
  /** Version 1: the id of the operation. Version 2: what follows the first `_` in it. */
  operation: string;
}

/** Reads a memo. @returns null for one that names no operation of ours */
export function readBurnMemo(text: string): NamedBurn | null {
  const [, former, deployment = null, operation] =
    /^(?:nft-upgrade:1:(.+)|nu2:([\w-]{8}):(.+))$/su.exec(text) ?? [];
  if (former) return { version: 1, deployment, operation: former };
  return operation ? { version: 2, deployment, operation } : null;
}

/** True for a memo that claims to be ours, readable or not. */
export const isBurnMemo = (text: string): boolean =>
  text.startsWith(burnMemoPrefix) || text.startsWith(formerBurnMemoPrefix);

/** True where a memo of ours names this operation, in either form, of whatever deployment. */
export function namesOperation(text: string, operationId: string): boolean {
  const named = readBurnMemo(text);
  return named?.operation === (named?.version === 1 ? operationId : operationIn(operationId));
}

/**
 * What a memo with these bytes has to say for an operation: of whichever deployment it names, where
 * none is given. Empty for an operation without a name.
 */
export const expectedMemo = (
  data: Uint8Array,
  operationId: string,
  deployment: string = String.fromCharCode(...data.slice(4, 12)),
): string => operationIn(operationId) && burnMemo({ operationId, deployment });

/** @deprecated It is `readBurnMemo`, which says of which deployment. */
export const operationOfMemo = (text: string): string | null =>
  readBurnMemo(text)?.operation ?? null;
