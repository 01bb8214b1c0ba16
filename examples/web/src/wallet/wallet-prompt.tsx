import { useSyncExternalStore } from 'react';
import { useText } from '../preferences/preferences.ts';
import { Dialog } from '../ui/dialog.tsx';
import { short } from '../ui/format.ts';
import { prompts } from './prompts.ts';

/** The window of the test wallet. A real wallet brings its own, outside of the page. */
export function WalletPrompt() {
  const { wallet } = useText();
  const open = useSyncExternalStore(prompts.subscribe, prompts.getSnapshot);
  return (
    <Dialog title={wallet.title} open={open !== null} onClose={() => open?.answer(false)}>
      {open && (
        <>
          <p>
            {wallet.asks} <span className="mono">{short(open.account)}</span>
          </p>
          <p className="quiet">{wallet.about}</p>
          <div className="actions end">
            <button type="button" className="button" onClick={() => open.answer(false)}>
              {wallet.decline}
            </button>
            <button type="button" className="button primary" onClick={() => open.answer(true)}>
              {wallet.approve}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
