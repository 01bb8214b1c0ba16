import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';

/** The process definitions of a node, in every version that it has. */
export interface Definitions {
  readonly all: readonly AnyProcess[];
  /** The definition an operation began with; undefined when only other nodes have it. */
  find(name: string, version: number): AnyProcess | undefined;
  /**
   * The version that comes nearest: the last one before it, else the first one after it; null when
   * the process is not known at all.
   */
  nearest(name: string, version: number): AnyProcess | null;
}

export function definitionsOf(all: readonly AnyProcess[]): Definitions {
  const known = new Map(all.map((process) => [`${process.name} ${process.version}`, process]));
  return {
    all,
    find: (name, version) => known.get(`${name} ${version}`),
    nearest(name, version) {
      const versions = all
        .filter((process) => process.name === name)
        .toSorted((one, other) => one.version - other.version);
      return versions.findLast((process) => process.version <= version) ?? versions[0] ?? null;
    },
  };
}
