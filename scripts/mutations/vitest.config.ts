// The tests as they are, against code in which one protection is switched off. The files themselves
// are not touched.
import { join } from 'node:path';
import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import config from '../../vitest.config.ts';
import { type Mutation, patternOf, root } from './mutation.ts';

const mutation = JSON.parse(process.env.AIW3_MUTATION ?? '') as Mutation;
const { file, replace } = mutation;
const pattern = patternOf(mutation);
const isBroken = (id: string) => id.split('?')[0] === join(root, file);

const switchedOff: NonNullable<ViteUserConfig['plugins']>[number] = {
  name: 'switched-off',
  enforce: 'pre',
  // Vitest keeps what it has transformed for the next run: the broken file under a name of its own.
  configureVitest: ({ defineCacheKeyGenerator }) =>
    defineCacheKeyGenerator(({ id }) => (isBroken(id) ? JSON.stringify(mutation) : undefined)),
  transform(code, id) {
    if (!isBroken(id)) return null;
    return pattern.test(code)
      ? code.replace(pattern, () => replace)
      : fail(`${file} does not hold the text any more.`);
  },
};

export default mergeConfig(config, { root, plugins: [switchedOff] });

function fail(message: string): never {
  throw new Error(message);
}
