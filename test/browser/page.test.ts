import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../services/programs.ts';
import { openStage, type Stage } from './fixtures/stage.ts';
import { tenAtOnce, twoTabs } from './many.ts';
import { mocked } from './service-worker.ts';
import { cancelled, debt, declined, failingMint, offline } from './trouble.ts';
import { journey, reloads } from './upgrade.ts';

/** As many holders as tests take. */
const HOLDERS = 8;

// One server and one browser for all: both take longer to start than most of the tests.
describeWith('chromium', 'the page in a browser', () => {
  const stage = {} as Stage;
  beforeAll(async () => {
    Object.assign(stage, await openStage(HOLDERS));
  });
  afterEach(async () => expect(await stage.clear()).toEqual([]));
  afterAll(() => stage.stop());

  it.each([
    ['desktop, light', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }],
    ['phone, dark', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: 'dark' }],
  ] as const)('takes a new wallet from nothing to level 2 by keyboard, and axe finds nothing serious: %s', (name, options) =>
    journey(stage, name, options),
  );
  it('C5: shows the same after a reload in every status', () => reloads(stage));
  it('W3: a declined signature leaves the NFT where it is, and the next one counts', () => declined(stage));
  it('recovers from a mint that fails twice, and says so', () => failingMint(stage));
  it('shows a debt as a debt, with its number and the way to the support, and delivers after a retry', () => debt(stage));
  it('S8: cancels, and starts again', () => cancelled(stage));
  it('C7: offline, it shows what it last heard; online again, it catches up', () => offline(stage));
  it('C2: two tabs show one upgrade, and open one prompt', () => twoTabs(stage));
  it('streams from the handlers for Mock Service Worker, in a real service worker: whole, cut, failing', () => mocked(stage));
  it('runs ten operations at once over one HTTP/2 connection', () => tenAtOnce(stage));
});
