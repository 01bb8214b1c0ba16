import type * as z from 'zod/mini';
import { bodies } from '../generated.ts';
import type { burnTransaction } from '../phases/burn.ts';
import { schemaOf, type Test } from '../schema/index.ts';
import type * as schemas from './bodies.ts';

const of = <S extends z.core.$ZodType>(test: Test) => schemaOf<z.infer<S>>(test);

/** The bodies of requests and answers, as checks. They are made from the zod schemas in `bodies.ts`, which a page does not load. */
export const wire = {
  problem: of<typeof schemas.problemSchema>(bodies.problem),
  snapshot: of<typeof schemas.snapshotSchema>(bodies.snapshot),
  snapshotList: of<typeof schemas.snapshotListSchema>(bodies.snapshotList),
  confirmBurn: of<typeof schemas.confirmBurnSchema>(bodies.confirmBurn),
  confirmBurnResult: of<typeof schemas.confirmBurnResultSchema>(bodies.confirmBurnResult),
  burnTransactionResult: of<typeof schemas.burnTransactionResultSchema>(bodies.burnTransactionResult),
  burnTransaction: of<typeof burnTransaction>(bodies.burnTransaction),
  eventPage: of<typeof schemas.eventPageSchema>(bodies.eventPage),
};
