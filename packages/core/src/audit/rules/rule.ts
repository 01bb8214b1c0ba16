/** Sections of PROTOCOL.md that hold rules, in its order. */
export const sections = [
  'http',
  'start',
  'stream',
  'event',
  'resume',
  'read',
  'command',
  'error',
  'access',
  'client',
] as const;
/** One of the `sections`. */
export type Section = (typeof sections)[number];

/**
 * One sentence of the specification. Its id is permanent: a rule that no longer holds keeps its
 * number and says so.
 */
export interface ProtocolRule {
  /** `P-START-03` */
  readonly id: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly section: Section;
  readonly text: string;
  /** What to change where it is broken. Empty for rules of the client. */
  readonly mend: string;
  /** False where no request from outside can show it. */
  readonly observable: boolean;
  /**
   * What the name of a test that proves it begins with: the id itself, or a row of the failure
   * matrix.
   */
  readonly proof: string;
}

export type Rules = Readonly<Record<string, ProtocolRule>>;

type Seen = readonly [number: string, level: 'MUST' | 'SHOULD', text: string, mend: string];
type Inside = readonly [number: string, level: 'MUST' | 'SHOULD', text: string, proof?: string];

const idOf = (section: Section, number: string): string => `P-${section.toUpperCase()}-${number}`;

/** Rules that an audit can see from outside. */
export const seen = (section: Section, written: readonly Seen[]): ProtocolRule[] =>
  written.map(([number, level, text, mend]) => {
    const id = idOf(section, number);
    return { id, level, section, text, mend, observable: true, proof: id };
  });

/** Rules that only a test on the inside can prove. */
export const inside = (section: Section, written: readonly Inside[]): ProtocolRule[] =>
  written.map(([number, level, text, proof]) => {
    const id = idOf(section, number);
    return { id, level, section, text, mend: '', observable: false, proof: proof ?? id };
  });
