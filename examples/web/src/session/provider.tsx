import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { Me, Site } from './api.ts';
import type { Session, SessionState } from './session.ts';

interface Page {
  session: Session;
  site: Site;
}

const PageContext = createContext<Page | null>(null);

export const PageProvider = ({ page, children }: { page: Page; children: ReactNode }) => (
  <PageContext.Provider value={page}>{children}</PageContext.Provider>
);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('usePage needs a <PageProvider> above it.');
  return page;
}

export function useSession(): SessionState {
  const { session } = usePage();
  return useSyncExternalStore(session.subscribe, session.getSnapshot);
}

/** Below the sign-in there is always somebody. */
export function useMe(): Me {
  const { me } = useSession();
  if (!me) throw new Error('useMe is for what is shown to somebody who is signed in.');
  return me;
}
