/** Sections of PROTOCOL.md that hold rules, in its order. */
export const sections = ['http', 'start', 'stream', 'event', 'resume', 'read', 'command', 'error', 'access', 'client'] as const;
export type Section = (typeof sections)[number];

/** One sentence of the specification. Its id is permanent: a rule that no longer holds keeps its number and says so. */
export interface ProtocolRule {
  /** `P-START-03` */
  readonly id: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly section: Section;
  readonly text: string;
  /** What to change where it is broken. Empty for rules of the client. */
  readonly mend: string;
  /** False where no request from outside can show it. A test whose name begins with the id proves it then. */
  readonly observable: boolean;
}

export type Rules = Readonly<Record<string, ProtocolRule>>;

type Written = readonly [number: string, level: 'MUST' | 'SHOULD', text: string, mend: string];

const idOf = (section: Section, number: string): string => `P-${section.toUpperCase()}-${number}`;

/** Rules that an audit can see from outside. */
export const seen = (section: Section, written: readonly Written[]): ProtocolRule[] =>
  written.map(([number, level, text, mend]) => ({ id: idOf(section, number), level, section, text, mend, observable: true }));

/** Rules that only a test on the inside can prove. */
export const inside = (section: Section, written: readonly (readonly [string, 'MUST' | 'SHOULD', string])[]): ProtocolRule[] =>
  written.map(([number, level, text]) => ({ id: idOf(section, number), level, section, text, mend: '', observable: false }));
