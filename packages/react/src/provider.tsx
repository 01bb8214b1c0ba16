import {
  createMessages,
  type Messages,
  NftUpgradeError,
  type Problem,
  type UpgradeClient,
} from '@aiw3/nft-upgrade';
import { createContext, type ReactNode, useContext, useMemo } from 'react';

/**
 * The host's official support channel, shown beside every problem: impostors wait where people ask
 * for help. A function may put the operation into it.
 */
export type Support = ReactNode | ((problem: Problem) => ReactNode);

/** Props of `UpgradeProvider`. */
export interface UpgradeProviderProps {
  /** Made once, outside of rendering: it holds the connections. */
  client: UpgradeClient;
  /**
   * Words for people: `createMessages(chinese)`, or sentences of the host. Made once, outside of
   * rendering. Default: English.
   */
  messages?: Messages;
  support?: Support;
  children?: ReactNode;
}

interface UpgradeContextValue {
  readonly client: UpgradeClient;
  readonly messages: Messages | undefined;
  readonly support: Support;
}

const UpgradeContext = createContext<UpgradeContextValue | null>(null);

/** Gives the client, and the words, to everything below. */
export function UpgradeProvider({
  client,
  messages,
  support,
  children,
}: UpgradeProviderProps): ReactNode {
  const given = useMemo(() => ({ client, messages, support }), [client, messages, support]);
  return <UpgradeContext.Provider value={given}>{children}</UpgradeContext.Provider>;
}

/** The client of the nearest provider. @throws NftUpgradeError `invalid_option` outside of one */
export function useUpgradeClient(): UpgradeClient {
  const given = useContext(UpgradeContext);
  if (!given) {
    throw new NftUpgradeError('invalid_option', {
      message: 'There is no <UpgradeProvider> above this component.',
      hint: 'Wrap what uses these hooks in one.',
    });
  }
  return given.client;
}

let english: Messages | undefined;

/**
 * The words of the nearest provider; English where none were given. Made when first used, so that a
 * page with words of its own loads no catalogue.
 */
export function useMessages(): Messages {
  const messages = useContext(UpgradeContext)?.messages;
  if (messages) return messages;
  english ??= createMessages();
  return english;
}

export const useSupport = (): Support => useContext(UpgradeContext)?.support;
