import { useNFTUpgradeSSE } from '@aiw3/nft-upgrade-react/guide';
import type { ReactNode } from 'react';

export interface Tier {
  id: string;
  tierName: string;
  imageUrl: string;
}

export interface NFTUpgradeComponentProps {
  currentNFT: Omit<Tier, 'id'>;
  targetTier: Tier;
}

interface NewNFT {
  nftId: string;
  tierName: string;
  transactionSignature: string;
  benefits: Record<string, string | number | boolean>;
}

const icons: Record<string, string> = {
  idle: '⏸️',
  connecting: '🔗',
  initializing: '🚀',
  qualification_verified: '✅',
  awaiting_burn: '🔥',
  burn_verified: '✅',
  uploading_metadata: '📤',
  metadata_uploaded: '✅',
  minting_new_nft: '🏗️',
  updating_records: '📝',
  completed: '🎉',
  error: '❌',
  cancelled: '🛑',
};

const getStatusIcon = (status: string) => icons[status] ?? '⏳';

function getProgressBarColor(status: string): string {
  if (status === 'completed') return 'bg-green-500';
  if (status.includes('error') || status.includes('failed')) return 'bg-red-500';
  if (status === 'awaiting_burn') return 'bg-yellow-500';
  return 'bg-blue-500';
}

/**
 * `NFTUpgradeComponent` of the integration guide. What differs, and why, is in the README beside
 * it.
 */
export function NFTUpgradeComponent({
  currentNFT,
  targetTier,
}: NFTUpgradeComponentProps): ReactNode {
  const { upgradeState, isUpgrading, startUpgrade, cancelUpgrade } = useNFTUpgradeSSE();
  const newNFT = upgradeState.data?.newNFT as NewNFT | undefined;

  return (
    <div className="nft-upgrade-component">
      <div className="upgrade-header">
        <h3>
          NFT Upgrade: {currentNFT.tierName} → {targetTier.tierName}
        </h3>
        {isUpgrading && (
          <button
            type="button"
            onClick={cancelUpgrade}
            className="cancel-button"
            disabled={['burn_verified', 'minting_new_nft'].includes(upgradeState.status)}
          >
            Cancel
          </button>
        )}
      </div>

      {upgradeState.status === 'idle' ? (
        <div className="upgrade-start">
          <div className="tier-preview">
            <div className="current-tier">
              <img src={currentNFT.imageUrl} alt={currentNFT.tierName} />
              <p>{currentNFT.tierName}</p>
            </div>
            <div className="arrow">→</div>
            <div className="target-tier">
              <img src={targetTier.imageUrl} alt={targetTier.tierName} />
              <p>{targetTier.tierName}</p>
            </div>
          </div>
          <button
            type="button"
            onClick={() => void startUpgrade(targetTier.id)}
            className="start-upgrade-button"
          >
            Start Upgrade Process
          </button>
        </div>
      ) : (
        <div className="upgrade-progress">
          <div className="progress-container">
            <div
              className={`progress-bar ${getProgressBarColor(upgradeState.status)}`}
              style={{ width: `${upgradeState.progress}%` }}
              role="progressbar"
              aria-label="Progress"
              aria-valuenow={upgradeState.progress}
            />
          </div>

          <div className="status-display" role="status">
            <div className="status-icon" aria-hidden="true">
              {getStatusIcon(upgradeState.status)}
            </div>
            <div className="status-info">
              <h4>{upgradeState.status.replace(/_/g, ' ').toUpperCase()}</h4>
              <p>{upgradeState.message}</p>
              {upgradeState.progress > 0 && (
                <span className="progress-text">{upgradeState.progress}%</span>
              )}
            </div>
          </div>

          {upgradeState.status === 'awaiting_burn' && (
            <div className="wallet-prompt">
              <div className="alert alert-warning">
                <h4>🔥 Wallet Action Required</h4>
                <p>Please approve the burn transaction in your Solana wallet to continue.</p>
                <ul>
                  <li>Your current {currentNFT.tierName} NFT will be burned</li>
                  <li>A new {targetTier.tierName} NFT will be minted to your wallet</li>
                  <li>This action cannot be undone</li>
                </ul>
              </div>
            </div>
          )}

          {upgradeState.status === 'completed' && newNFT && (
            <div className="upgrade-success">
              <div className="alert alert-success">
                <h4>🎉 Upgrade Successful!</h4>
                <p>Your NFT has been upgraded to {newNFT.tierName}</p>
                <div className="new-nft-info">
                  <p>
                    <strong>New NFT ID:</strong> {newNFT.nftId}
                  </p>
                  <p>
                    <strong>Transaction:</strong> {newNFT.transactionSignature}
                  </p>
                  <div className="benefits">
                    <h5>New Benefits:</h5>
                    <ul>
                      {Object.entries(newNFT.benefits).map(([key, value]) => (
                        <li key={key}>
                          {key}: {String(value)}
                        </li>
                      ))}
                    </ul>
                  </div>
                </div>
              </div>
            </div>
          )}

          {upgradeState.error && (
            <div className="upgrade-error">
              <div className="alert alert-error" role="alert">
                <h4>❌ Upgrade Failed</h4>
                <p>{upgradeState.error}</p>
                <button
                  type="button"
                  onClick={() => void startUpgrade(targetTier.id)}
                  className="retry-button"
                >
                  Try Again
                </button>
              </div>
            </div>
          )}
        </div>
      )}
    </div>
  );
}
