import type { WalletState } from '../client/wallet-state.ts';
import type { Action } from '../machine/select.ts';
import type { StepState } from '../machine/steps.ts';
import type { PhaseOf, StatusOf } from '../machine/types.ts';
import type { ProcessName, processes } from '../processes/index.ts';
import type { Asset } from '../protocol/asset.ts';
import type { ConnectionState } from '../stream/connection.ts';
import { type ErrorCode, errorCodes, everyCode, isErrorCode } from './codes.ts';
import { type NftUpgradeError, withCodes } from './error.ts';
import { english } from './messages-en.ts';

/** What happened, and what to do next. */
export interface Sentences {
  readonly message: string;
  readonly hint: string;
}

type BuiltInProcess = (typeof processes)[ProcessName];

/** A status of one of the processes of this version. */
export type KnownStatus = StatusOf<BuiltInProcess>;

/**
 * Texts of buttons, steps and their states: processes (what starting one is called), actions,
 * phases.
 */
export type Label =
  | ProcessName
  | Action
  | PhaseOf<BuiltInProcess>
  | StepState
  | 'progress'
  | 'steps'
  | 'full_stop';

/** `{n}` stands for the number, `{time}` for the duration. */
type Duration = 'moments' | 'seconds' | 'minutes' | 'step' | 'left';

/** Every sentence there is. */
export interface FullCatalogue {
  readonly errors: Readonly<Record<ErrorCode, Sentences>>;
  /** What happens. By status; a host with processes of its own adds theirs. */
  readonly statuses: Readonly<Record<KnownStatus, string> & Record<string, string>>;
  /** What the user does next, by status. */
  readonly next: Readonly<Record<KnownStatus, string> & Record<string, string>>;
  /** Where the asset is. `uninvolved` stands for `safe` in a process that never touches one. */
  readonly assets: Readonly<Record<Asset | 'uninvolved', string>>;
  /** Empty where there is nothing to report. */
  readonly connections: Readonly<Record<ConnectionState, string>>;
  readonly wallets: Readonly<Record<WalletState, string>>;
  readonly labels: Readonly<Record<Label, string> & Record<string, string>>;
  readonly durations: Readonly<Record<Duration, string>>;
}

/** Sentences for people. Whatever is left out is taken from the English one. */
export type Catalogue = {
  readonly [Group in keyof FullCatalogue]: Readonly<Partial<FullCatalogue[Group]>>;
};

/** Finds the sentence. Never throws: what a newer server sends gets a readable fallback. */
export interface Messages {
  /** What happened, and what to do next. */
  error(error: NftUpgradeError): Sentences;
  /** What happens in a status. */
  status(status: string): string;
  /** What to do next; empty for a status that is not known. */
  next(status: string): string;
  /** Where the asset is. No message about a failure should stand without it. */
  asset(asset: Asset | 'uninvolved'): string;
  /** How well this client follows; empty where there is nothing to report. */
  connection(state: ConnectionState): string;
  /** What the wallet is doing; empty where there is nothing to report. */
  wallet(state: WalletState): string;
  /**
   * Text of a button, a step or a state of one; a host's own processes and phases may be named here
   * too.
   */
  label(name: string): string;
  /**
   * A sentence about a duration in milliseconds: how long this step usually takes, or how long it
   * usually still takes.
   */
  duration(ms: number, about: 'step' | 'left'): string;
}

/**
 * Makes a catalogue of messages. A page that imports it has errors with words.
 * @param chosen `chinese`, or sentences of the host; what they leave out is English. A page loads
 *   only the catalogue it names
 * @example createMessages(chinese)
 * @example createMessages({ statuses: { completed: 'Hooray' } })
 */
export const createMessages: (chosen?: Partial<Catalogue>) => Messages = /* @__PURE__ */ withCodes(
  everyCode,
  messagesOf,
);

function messagesOf(chosen: Partial<Catalogue> = {}): Messages {
  const find =
    (group: keyof typeof english, fallback: (key: string) => string = readable) =>
    (key: string): string =>
      own(chosen[group], key) ?? own(english[group], key) ?? fallback(key);
  const duration = find('durations');
  return {
    // The English message of an error may know more than its code does: the field, the account, the
    // amount.
    error: (error) =>
      chosen.errors?.[error.code] ?? {
        message: error.message,
        hint: error.hint || (isErrorCode(error.code) ? errorCodes[error.code].hint : ''),
      },
    status: find('statuses'),
    next: find('next', () => ''),
    asset: find('assets'),
    connection: find('connections'),
    wallet: find('wallets'),
    label: find('labels'),
    duration(ms, about) {
      const seconds = Math.round(ms / 1_000);
      const unit = seconds < 5 ? 'moments' : seconds < 90 ? 'seconds' : 'minutes';
      const n = unit === 'minutes' ? Math.round(seconds / 60) : seconds;
      return duration(about).replace('{time}', duration(unit).replace('{n}', String(n)));
    },
  };
}

/** Names come over the wire: `constructor` is no sentence of ours. */
const own = (
  group: Readonly<Record<string, string | undefined>> | undefined,
  key: string,
): string | undefined => (group && Object.hasOwn(group, key) ? group[key] : undefined);

/** `polishing_nft` of a newer server reads “Polishing nft”. */
const readable = (status: string): string => {
  const words = status.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
