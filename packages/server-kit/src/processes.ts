import type { AnyProcess, processes } from '@aiw3/nft-upgrade/protocol';

/** Definitions of processes, by name. */
export type ProcessTable = Readonly<Record<string, AnyProcess>>;

/** Upgrade, claim and badge activation. */
export type StandardProcesses = typeof processes;

/** Name of one of them. */
export type ProcessName<P extends ProcessTable> = keyof P & string;
