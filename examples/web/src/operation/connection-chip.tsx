import type { Connection, ConnectionState } from '@aiw3/nft-upgrade';

const words: Readonly<Record<ConnectionState, string>> = {
  idle: 'Connecting',
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  polling: 'Live, slower',
  offline: 'You are offline',
  auth_required: 'Sign in again',
  gave_up: 'Disconnected',
  closed: 'Ended',
};

/** How well this page hears of it. It says nothing about the operation. */
export const ConnectionChip = ({ connection }: { connection: Connection }) => (
  <p className="chip live" data-connection={connection.state}>
    {words[connection.state]}
  </p>
);
