import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { describeWith } from '../services/programs.ts';
import { openStage, type Stage } from './fixtures/stage.ts';
import { companyTests } from './many.ts';
import { troubleTests } from './trouble.ts';
import { upgradeTests } from './upgrade.ts';

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

  upgradeTests(stage);
  troubleTests(stage);
  companyTests(stage);
});
