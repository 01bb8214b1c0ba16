import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Chain } from '../ports/chain.ts';
import type { ContentStore } from '../ports/content-store.ts';
import type { Step } from './driver.ts';

export function needChain(step: Step): Chain {
  if (!step.chain)
    throw new NftUpgradeError('missing_capability', {
      message: `The process ${step.loaded.process.name} needs the option chain.`,
    });
  return step.chain;
}

export function needContent(step: Step): ContentStore {
  if (!step.content)
    throw new NftUpgradeError('missing_capability', {
      message: `The process ${step.loaded.process.name} needs the option content.`,
    });
  return step.content;
}
