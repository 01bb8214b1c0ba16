// @vitest-environment jsdom
import { NftUpgradeError } from '@aiw3/nft-upgrade';
import { UpgradeProvider } from '@aiw3/nft-upgrade-react';
import { scriptedClient } from '@aiw3/nft-upgrade-react/testing';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { NFTUpgradeComponent } from './NFTUpgradeComponent.tsx';

afterEach(cleanup);

function page() {
  const script = scriptedClient();
  const tier = { id: 'tier-2', tierName: 'Quant Ape', imageUrl: '/ape.png' };
  render(
    <UpgradeProvider client={script.client}>
      <NFTUpgradeComponent
        currentNFT={{ tierName: 'Tech Chicken', imageUrl: '/chicken.png' }}
        targetTier={tier}
      />
    </UpgradeProvider>,
  );
  fireEvent.click(screen.getByText('Start Upgrade Process'));
  return script;
}

it('runs as the guide describes: start, wallet, progress, the new NFT', async () => {
  const { client, reach, wallet } = page();
  expect(screen.getByText('CONNECTING')).toBeTruthy();
  reach('initializing', 'qualification_verified', 'awaiting_burn');
  await screen.findByText('🔥 Wallet Action Required');
  await expect.poll(() => wallet.prompts).toHaveLength(1);
  wallet.answer();
  reach('verifying_burn', 'burn_verified');
  await screen.findByText('40%');
  expect(screen.getByText('Cancel')).toHaveProperty('disabled', true);
  reach(
    'uploading_metadata',
    'metadata_uploaded',
    'minting_new_nft',
    'updating_records',
    'completed',
  );
  await screen.findByText('🎉 Upgrade Successful!');
  expect(screen.getByText('tradingFeeReduction: 20%')).toBeTruthy();
  client.close();
});

it('after a rejection, Try Again asks the wallet again for the same upgrade', async () => {
  const { client, reach, wallet, requests } = page();
  reach('initializing', 'qualification_verified', 'awaiting_burn');
  await expect.poll(() => wallet.prompts).toHaveLength(1);
  wallet.answer({ kind: 'rejected', error: new NftUpgradeError('wallet_rejected') });
  fireEvent.click(await screen.findByText('Try Again'));
  await expect.poll(() => wallet.prompts).toHaveLength(2);
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  client.close();
});

it('shows why the requirements are not met', async () => {
  const { client, reach } = page();
  reach('initializing', 'qualification_failed');
  await screen.findByText('QUALIFICATION FAILED');
  expect(screen.getByRole('alert').textContent).toContain('The provider answered 503.');
  client.close();
});
