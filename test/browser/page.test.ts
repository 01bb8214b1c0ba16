import { afterAll, beforeAll, it } from 'vitest';
import { describeWith } from '../services/programs.ts';
import { inChinese } from './appearance.ts';
import type { BrowserEnvironment } from './fixtures/environment.ts';
import { openStage, type Stage } from './fixtures/stage.ts';
import { journey } from './journey.ts';
import { tenAtOnce, twoTabs } from './many.ts';
import { everyStatus } from './reloads.ts';
import { mocked } from './service-worker.ts';
import { cancelled, declined, failingMint, obligation, offline } from './trouble.ts';

/** As many holders as tests take at once; the others are prepared while they play. */
const HOLDERS = 8;
/** They take turns, three at once, and the last one waits for all. */
const LONGEST_MS = 20 * 60_000;

// One server and one browser for all: both take longer to start than most of the tests.
describeWith('chromium', 'the page in a browser', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(HOLDERS);
  });
  afterAll(() => stage.stop());

  const plays = (
    name: string,
    play: (environment: BrowserEnvironment) => Promise<unknown>,
    options = {},
  ) => it.concurrent(name, () => stage.playing(play, options)(), LONGEST_MS);

  // Alone, before the others: a store does not know whose bytes fail, and blocks pass for
  // everybody.
  it(
    'C5: shows the same after a reload in every status there is, and goes on',
    () => stage.playing(everyStatus)(),
    LONGEST_MS,
  );
  it('S8: cancels, and starts again', () => stage.playing(cancelled)(), LONGEST_MS);

  for (const [name, options] of [
    ['desktop, light', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }],
    [
      'phone, dark',
      {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
        colorScheme: 'dark',
      },
    ],
  ] as const)
    plays(
      `takes a new wallet to level 2 by keyboard, and axe finds nothing serious: ${name}`,
      (environment) => journey(environment, name, options),
      { newcomer: true },
    );
  plays(
    'speaks Chinese and is light or dark as it is told, and axe finds nothing serious',
    inChinese,
  );
  plays('W3: a declined signature leaves the NFT where it is, and the next one counts', declined);
  plays('recovers by itself from a mint that fails twice, and says so', failingMint);
  plays(
    'shows that a delivery is owed, its number and the support, and delivers after a retry',
    obligation,
  );
  plays('C7: offline, it shows what it last heard; online again, it catches up', offline);
  plays('C2: two tabs show one upgrade, and open one prompt', twoTabs);
  plays('streams from the handlers for MSW in a real service worker: whole, cut, failing', mocked, {
    newcomer: true,
  });
  plays('runs ten operations at once over one HTTP/2 connection', tenAtOnce);
});
