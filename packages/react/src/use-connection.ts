import type { Connection, Snapshot } from '@aiw3/nft-upgrade';
import { useOperation } from './use-operation.ts';
import type { Watchable } from './watchable.ts';

/**
 * How well this page follows an operation; null while there is none. It says nothing about the
 * operation itself, which goes on at the server.
 */
export const useConnection = <S = Snapshot>(watched: Watchable<S> | null): Connection | null =>
  useOperation(watched, connectionOf);

const connectionOf = ({ connection }: { connection: Connection }): Connection => connection;
