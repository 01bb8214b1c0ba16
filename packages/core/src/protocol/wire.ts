import type * as z from 'zod/mini';
import * as is from '../generated.ts';
import type { burnTransaction as burnTransactionSchema } from '../phases/burn.ts';
import { schemaOf, type Test } from '../schema/index.ts';
import type * as schemas from './bodies.ts';

const of = <S extends z.core.$ZodType>(test: Test) => schemaOf<z.infer<S>>(test);

// The bodies of requests and answers, as checks, each by itself so that a page loads those it uses.
// They are made from the zod schemas in `bodies.ts`, which a page does not load.

/** A refusal (RFC 9457). */
export const problem = /* @__PURE__ */ of<typeof schemas.problemSchema>(is.problemBody);
/** An operation as it stands. */
export const snapshot = /* @__PURE__ */ of<typeof schemas.snapshotSchema>(is.snapshotBody);
/** The caller's operations. */
export const snapshotList = /* @__PURE__ */ of<typeof schemas.snapshotListSchema>(
  is.snapshotListBody,
);
/** A signed burn, or its signature. */
export const confirmBurn = /* @__PURE__ */ of<typeof schemas.confirmBurnSchema>(is.confirmBurnBody);
/** That the server has it. */
export const confirmBurnResult = /* @__PURE__ */ of<typeof schemas.confirmBurnResultSchema>(
  is.confirmBurnResultBody,
);
/** A fresh burn to sign. */
export const burnTransactionResult = /* @__PURE__ */ of<typeof schemas.burnTransactionResultSchema>(
  is.burnTransactionResultBody,
);
/** A burn to sign. */
export const burnTransaction = /* @__PURE__ */ of<typeof burnTransactionSchema>(
  is.burnTransactionBody,
);
/** A page of the log. */
export const eventPage = /* @__PURE__ */ of<typeof schemas.eventPageSchema>(is.eventPageBody);
