import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { expect } from 'vitest';
import type { PortMethod } from '../../../packages/server-kit/src/engine/ports/deadlines.ts';
import type { Node } from './environment.ts';
import type { Armed } from './faults.ts';
import { Journey } from './journey.ts';
import { type CellRun, driven, meet } from './run.ts';
import { expectStopped, timeOf } from './stop.ts';

/** What a node calls for itself, or beside its operations. Resolves with how often it struck. */
export const ofNodes: Partial<Record<PortMethod, (cell: CellRun) => Promise<number>>> = {
  'rules.held': held,
  'mint.funds': authority,
  'alerts.authority': authority,
  'sink.publish': beside,
  'sink.close': leaving,
  'wake.join': joining,
  'wake.broadcast': beside,
  'wake.leave': leaving,
};

const patience = { timeout: 60_000, interval: 20 };

/** Stops it while the call hangs, or lifts the fault and stops it then. */
async function end(node: Node, { outcome }: CellRun, armed: Armed): Promise<number> {
  if (outcome !== 'stops') armed.lift();
  const strikes = expectStopped(await timeOf(() => node.service.stop()), armed);
  armed.comeBack();
  armed.lift();
  return strikes;
}

/** An NFT of the records that was burned for an operation that is forgotten. */
async function held(cell: CellRun): Promise<number> {
  const { around, busy, still } = await driven(cell.driver);
  if (cell.outcome === 'stops') {
    const node = await still.node('idle');
    const armed = still.faults.arm(cell.port, cell.fault, null);
    const asked = node.service.reconcile().catch((error: unknown) => error);
    await armed.struck;
    const strikes = await end(node, cell, armed);
    expect(await asked).toMatchObject({ code: 'temporarily_unavailable' });
    return strikes;
  }
  const user = around.user();
  await around.burnBefore(user);
  around.state.held = [{ principal: user, input: { targetTierId: 'tier-2' }, mint: user.nft }];
  const armed = around.faults.arm(cell.port, cell.fault, null);
  const asked = await busy.service.reconcile().catch((error: unknown) => error);
  armed.lift();
  if (cell.outcome === 'unnoticed') expect(asked).toBe(1);
  else {
    expect(isNftUpgradeError(asked)).toBe(!cell.fault.startsWith('throws'));
    expect(await busy.service.reconcile()).toBe(1);
  }
  armed.comeBack();
  around.state.held = [];
  const operations = () =>
    around.db.sql('select status from nft_upgrade.operation where principal = $1', [user.id]);
  await expect.poll(operations, patience).toEqual([{ status: 'completed' }]);
  expect(around.minted(user)).toHaveLength(1);
  return armed.strikes;
}

let authorities = 0;

/** An authority that runs low is told of. */
async function authority(cell: CellRun): Promise<number> {
  const { still } = await driven(cell.driver);
  authorities += 1;
  const name = `authority ${authorities}`;
  still.state.authority = name;
  const armed = still.faults.arm(cell.port, cell.fault, null);
  const node = await still.node('busy', { authorityWatch: { everyMs: 50 } });
  await armed.struck;
  if (cell.outcome === 'repeated') armed.lift();
  if (cell.outcome !== 'stops')
    await expect.poll(() => still.authorities, patience).toContain(name);
  return end(node, cell, armed);
}

/** An operation on a node that has a bus and a sink. */
async function beside(cell: CellRun): Promise<number> {
  const { still } = await driven(cell.driver);
  const node = await still.node('busy', still.extras);
  const journey = new Journey(still, 'upgrade', node);
  const { fault, port, outcome } = cell;
  const about = port === 'sink.publish' ? [journey.user.id] : null;
  const armed = still.faults.arm(port, fault, about);
  if (outcome === 'stops') await journey.until(() => armed.strikes > 0, port);
  else await meet(cell, journey, { armed, before: [] }, outcome);
  return end(node, cell, armed);
}

async function leaving(cell: CellRun): Promise<number> {
  const { still } = await driven(cell.driver);
  const node = await still.node('idle', still.extras);
  return end(node, cell, still.faults.arm(cell.port, cell.fault, null));
}

async function joining(cell: CellRun): Promise<number> {
  const { still } = await driven(cell.driver);
  const start = () => still.node('busy', still.extras);
  const armed = still.faults.arm(cell.port, cell.fault, null);
  if (cell.outcome === 'not_started') {
    await expect(start()).rejects.toThrow();
    armed.lift();
  }
  const node = await start();
  armed.comeBack();
  armed.lift();
  await node.service.stop();
  return armed.strikes;
}
