/**
 * Words that are not the field's, each with the one that is. A word is refused wherever it stands
 * in a name (`part`), or only where it is all of the name (`whole`).
 */
export interface RefusedWord {
  /** In lower case. Several words are several words of the name: `take back` is `takeBack`. */
  readonly word: string;
  readonly better: string;
  readonly as: 'part' | 'whole';
  /** Names of types only, or of files and folders only. */
  readonly only?: 'type' | 'path';
  /** Beginnings of paths: nowhere else is it refused. */
  readonly within?: readonly string[];
  /** Beginnings of paths where the word has its ordinary sense. */
  readonly except?: readonly string[];
}

const tables = [
  'packages/server-kit/src/cli/table.ts',
  'scripts/matrix/main.ts',
  'bench/src/report.ts',
  'scripts/mutations/rows/tables.ts',
  'scripts/tables/',
  'test/tables/',
];
const bytes = ['packages/core/src/solana/', 'packages/server-kit/src/testing/chain/lite/'];

export const refusedWords: readonly RefusedWord[] = [
  { word: 'surroundings', better: 'environment, globals', as: 'part' },
  ...['ground', 'grounds', 'scene', 'world', 'worlds'].map(
    (word): RefusedWord => ({ word, better: 'environment, chain harness, setup', as: 'part' }),
  ),
  { word: 'cell', better: 'test environment', as: 'part', except: tables },
  { word: 'cells', better: 'test environments', as: 'part', except: tables },
  { word: 'cast', better: 'accounts, actors', as: 'part' },
  {
    word: 'rows',
    better: 'scenarios',
    as: 'whole',
    only: 'path',
    except: ['scripts/mutations/', 'scripts/matrix/'],
  },
  { word: 'part', better: 'statement', as: 'whole', only: 'type' },
  { word: 'outbox part', better: 'outboxStatement', as: 'whole' },
  {
    word: 'moved',
    better: 'updated',
    as: 'part',
    except: [...tables, 'packages/server-kit/src/engine/ports/answers.ts'],
  },
  { word: 'together', better: 'writeAtomically', as: 'whole' },
  { word: 'held', better: 'SignedPayload, Slot, HeldNft', as: 'whole', only: 'type' },
  { word: 'hear', better: 'receive', as: 'part' },
  { word: 'hears', better: 'receives', as: 'part' },
  { word: 'heard', better: 'received', as: 'part' },
  { word: 'say', better: 'broadcast, print, message', as: 'part' },
  { word: 'says', better: 'broadcasts, prints, message', as: 'part' },
  { word: 'said', better: 'broadcast, printed, message', as: 'part' },
  { word: 'tell', better: 'notify', as: 'part' },
  { word: 'tells', better: 'notifies', as: 'part' },
  { word: 'told', better: 'notified, notifications', as: 'part' },
  { word: 'take', better: 'ingest, apply, onEvents, consume', as: 'whole', except: bytes },
  { word: 'take command', better: 'acceptCommand', as: 'whole' },
  { word: 'take back', better: 'withdraw', as: 'whole' },
  { word: 'ending', better: 'attempt result', as: 'part' },
  { word: 'endings', better: 'attempt results', as: 'part' },
  {
    word: 'cut',
    better: 'closed',
    as: 'part',
    within: ['policy', 'attempt', 'read'].map((name) => `packages/core/src/stream/${name}.ts`),
  },
  { word: 'mute', better: 'no bytes, silent', as: 'part' },
  { word: 'mutes', better: 'silentAttempts', as: 'part' },
  { word: 'ways out', better: 'exits', as: 'part' },
  { word: 'leaves', better: 'assetAfter', as: 'whole' },
  { word: 'carried', better: 'inherited', as: 'part' },
  { word: 'fresh', better: 'recentLog', as: 'whole', only: 'type' },
  { word: 'fresh', better: 'recent-log', as: 'whole', only: 'path' },
  { word: 'create fresh', better: 'createRecentLog', as: 'whole' },
  { word: 'fresh', better: 'renewed', as: 'whole', within: ['packages/core/src/client/sign.ts'] },
  { word: 'beat', better: 'heartbeat', as: 'part' },
  { word: 'beats', better: 'heartbeats', as: 'part' },
  { word: 'each', better: 'map-concurrent', as: 'whole', only: 'path' },
  { word: 'courier', better: 'delivery worker', as: 'part' },
  { word: 'couriers', better: 'delivery workers', as: 'part' },
  { word: 'refuse counted', better: 'refuseRecordedBurn', as: 'whole' },
  { word: 'is counted', better: 'isBurnRecorded', as: 'whole' },
  { word: 'debt', better: 'obligation', as: 'part' },
  { word: 'debts', better: 'obligations', as: 'part' },
  { word: 'reissue', better: 'renew', as: 'part' },
];

/** Phrases of comments and documents that need a second reading. */
export const refusedPhrases: readonly { phrase: RegExp; better: string }[] = [
  { phrase: /\bwhoever\b/gi, better: 'the caller, who' },
  { phrase: /\b(?:is|are|was|were) dear\b/gi, better: 'is expensive' },
  { phrase: /\blet be\b/gi, better: 'ignored' },
  { phrase: /\b(?:come|comes|came|coming) into being\b/gi, better: 'is created' },
  { phrase: /\b(?:end|ends|ended) in order\b/gi, better: 'closes normally' },
  { phrase: /\bpeople (?:are|were|is|being) called\b/gi, better: 'alert' },
  { phrase: /\bways? out\b/gi, better: 'exit' },
  { phrase: /\b(?:hear|hears|heard|hearing) of\b/gi, better: 'receive' },
  { phrase: /\bdebts?\b/gi, better: 'obligation' },
  { phrase: /\bsurroundings\b/gi, better: 'environment' },
  { phrase: /\bcouriers?\b/gi, better: 'delivery worker' },
];
