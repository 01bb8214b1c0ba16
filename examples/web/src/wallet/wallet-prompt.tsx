import { useSyncExternalStore } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { short } from '../ui/format.ts';
import { prompts } from './prompts.ts';

/** The window of the test wallet. A real wallet brings its own, outside of the page. */
export function WalletPrompt() {
  const open = useSyncExternalStore(prompts.subscribe, prompts.getSnapshot);
  return (
    <Dialog title="Test wallet" open={open !== null} onClose={() => open?.answer(false)}>
      {open && (
        <>
          <p>
            This site asks for a signature of <span className="mono">{short(open.account)}</span>.
          </p>
          <p className="quiet">A real wallet shows its own window here. This one lives in the page, for the local chain only.</p>
          <div className="actions end">
            <button type="button" className="button" onClick={() => open.answer(false)}>
              Decline
            </button>
            <button type="button" className="button primary" onClick={() => open.answer(true)}>
              Approve
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
