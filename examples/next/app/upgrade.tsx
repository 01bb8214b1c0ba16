'use client';

import { createUpgradeClient, type UpgradeSnapshot } from '@aiw3/nft-upgrade';
import {
  UpgradeProvider,
  useActionProps,
  useDescription,
  useLiveProps,
  useNftUpgrade,
  useProgressProps,
  useStepProps,
} from '@aiw3/nft-upgrade-react';

// Talks to this app's own origin, which adds the token. A page that signs here as well passes
// `wallet` and `guard`.
const client = createUpgradeClient({ baseUrl: '' });

/**
 * Rendered on the server from the snapshot, hydrated from the same one, and from then on kept
 * current by the stream.
 */
export function Upgrade({ snapshot }: { snapshot: UpgradeSnapshot | null }) {
  return (
    <UpgradeProvider
      client={client}
      support={<a href="https://support.example">Official support</a>}
    >
      <Progress snapshot={snapshot} />
    </UpgradeProvider>
  );
}

function Progress({ snapshot }: { snapshot: UpgradeSnapshot | null }) {
  const upgrade = useNftUpgrade({ attach: snapshot });
  const action = useActionProps(upgrade);
  const bar = useProgressProps(upgrade);
  const steps = useStepProps(upgrade);
  const live = useLiveProps(upgrade);
  const { usual, problems } = useDescription(upgrade);
  return (
    <>
      <div {...bar}>
        <i style={{ width: `${bar['aria-valuenow']}%` }} />
      </div>
      <p {...live} />
      <p>{usual.left}</p>
      <ol {...steps.list}>
        {steps.items.map((step) => (
          <li key={step.name} {...step.props}>
            {step.label} ({step.stateLabel})
          </li>
        ))}
      </ol>
      {problems.map((problem) => (
        <p key={problem.axis} role="alert">
          {problem.message} {problem.support}
        </p>
      ))}
      <button {...action.start({ targetTierId: 'tier-2' })} /> <button {...action.cancel()} />
    </>
  );
}
