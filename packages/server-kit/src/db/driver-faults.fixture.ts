import { messages, PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** Errors of the server at chosen statements, thrown by the drivers as they throw them. */
export interface DriverFault {
  readonly driver: 'postgres' | 'pglite';
  /** True for the statements it strikes; BEGIN and COMMIT are statements too, ROLLBACK is not. */
  about(text: string, parameters: string): boolean;
  readonly state: string;
  /** The function of the server that reports it. */
  readonly routine?: string;
  /** Each statement, by its text, fails this often, and then works. */
  readonly times: number;
  /** The statement is carried out, and only its answer is lost. */
  readonly lost: boolean;
  struck(text: string): void;
}

/** Statements that hold this are the test's own. */
export const UNHARMED = '/* unharmed */';

interface Statement {
  readonly text: string;
  readonly parameters: string;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const statement = (text: unknown, parameters: unknown): Statement | null =>
  isText(text) ? { text, parameters: JSON.stringify(parameters ?? []) } : null;

/** `query(text, values)` and `query({ text, values })`; with a callback it is the pool's own. */
function ofPg([first, values, ...rest]: readonly unknown[]): Statement | null {
  if ([values, ...rest].some((value) => typeof value === 'function')) return null;
  if (typeof first !== 'object' || first === null) return statement(first, values);
  return statement(Reflect.get(first, 'text'), Reflect.get(first, 'values'));
}

/** A simple query as it goes over the wire: a letter, four bytes of length, the text, a zero. */
const ofMessage = ([bytes]: readonly unknown[]): Statement | null =>
  bytes instanceof Uint8Array
    ? statement(new TextDecoder().decode(bytes.subarray(5, -1)), [])
    : null;

const failed = (error: pg.DatabaseError | messages.DatabaseError, fault: DriverFault) =>
  Object.assign(error, { severity: 'ERROR', code: fault.state, routine: fault.routine });
const sentence = ({ state }: DriverFault): string => `injected ${state}`;

/** Puts faults into both drivers, for this process, until they are restored. */
export function driverFaults() {
  const armed = new Set<{ fault: DriverFault; counts: Map<string, number> }>();

  function strikes(
    driver: DriverFault['driver'],
    { text, parameters }: Statement,
  ): DriverFault | null {
    if (text === 'ROLLBACK' || text.includes(UNHARMED)) return null;
    for (const { fault, counts } of armed) {
      if (fault.driver !== driver) continue;
      const count = counts.get(text) ?? 0;
      if (count >= fault.times || !fault.about(text, parameters)) continue;
      counts.set(text, count + 1);
      return fault;
    }
    return null;
  }

  function intercept(
    driver: DriverFault['driver'],
    target: object,
    method: string,
    read: (given: readonly unknown[]) => Statement | null,
    errorOf: (fault: DriverFault) => Error,
  ): () => void {
    const original: unknown = Reflect.get(target, method);
    if (typeof original !== 'function') throw new TypeError(`The driver has no ${method}.`);
    const faulty = async (self: unknown, given: readonly unknown[], fault: DriverFault) => {
      if (fault.lost) await Reflect.apply(original, self, given);
      fault.struck(String(read(given)?.text));
      throw errorOf(fault);
    };
    Reflect.set(target, method, function (this: unknown, ...given: unknown[]): unknown {
      const found = read(given);
      const fault = found && strikes(driver, found);
      return fault ? faulty(this, given, fault) : Reflect.apply(original, this, given);
    });
    return () => void Reflect.set(target, method, original);
  }

  const ofPglite = (fault: DriverFault) =>
    failed(new messages.DatabaseError(sentence(fault), 0, 'error'), fault);
  const restores = [
    intercept('postgres', pg.Client.prototype, 'query', ofPg, (fault) =>
      failed(new pg.DatabaseError(sentence(fault), 0, 'error'), fault),
    ),
    intercept(
      'pglite',
      PGlite.prototype,
      'query',
      ([text, values]) => statement(text, values),
      ofPglite,
    ),
    intercept('pglite', PGlite.prototype, 'exec', ([text]) => statement(text, []), ofPglite),
    intercept('pglite', PGlite.prototype, 'execProtocol', ofMessage, ofPglite),
  ];
  return {
    /** Returns the function that ends it. */
    arm(fault: DriverFault): () => void {
      const entry = { fault, counts: new Map<string, number>() };
      armed.add(entry);
      return () => void armed.delete(entry);
    },
    restore(): void {
      for (const restore of restores) restore();
    },
  };
}
