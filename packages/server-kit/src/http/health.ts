// Whole, since Deno and Workers have no export of each name.
import process from 'node:process';
import type { ConnectionStats } from './registry.ts';

/** From when on the health route warns. */
export interface HealthThresholds {
  /**
   * Open streams from which on the state is `warning`. Default: four fifths of
   * `limits.connections`.
   */
  active: number;
  /** Used heap of the process from which on the state is `warning`, in bytes. Default 1 GiB. */
  heapUsedBytes: number;
}

/**
 * What the health route of the guide answers. It names no operation and no user: a caller who
 * watches a server need not be signed in.
 */
export interface Health {
  timestamp: string;
  service: 'sse-connections';
  status: 'healthy' | 'warning';
  stats: {
    total: number;
    active: number;
    completed: number;
    failed: number;
    /** How many; the guide lists ids, which belong to users. */
    activeConnections: number;
    memoryUsage: {
      rss: number;
      heapTotal: number;
      heapUsed: number;
      external: number;
      arrayBuffers: number;
    };
    /** Seconds since the process began. */
    uptime: number;
  };
  recommendations: string[];
}

/** What the guide's connection manager tells, for the host's own eyes. */
export interface GuideStats {
  total: number;
  active: number;
  completed: number;
  failed: number;
  /** Ids of the operations that are shown to somebody now. */
  activeConnections: string[];
  memoryUsage: NodeJS.MemoryUsage;
  /** Seconds since the process began. */
  uptime: number;
}

export const guideStats = (
  { total, active, completed, failed }: ConnectionStats,
  operationIds: Iterable<string>,
): GuideStats => ({
  total,
  active,
  completed,
  failed,
  activeConnections: [...new Set(operationIds)],
  memoryUsage: process.memoryUsage(),
  uptime: process.uptime(),
});

export function healthOf(
  stats: ConnectionStats,
  thresholds: HealthThresholds,
  now: number,
): Health {
  const { total, active, completed, failed, draining } = stats;
  const memory = process.memoryUsage();
  const recommendations = [
    ...(active >= thresholds.active
      ? ['Consider scaling up server resources: the number of open streams is near its limit.']
      : []),
    ...(memory.heapUsed >= thresholds.heapUsedBytes
      ? ['Monitor connection cleanup processes: the heap is larger than expected.']
      : []),
    ...(draining ? ['Send no new connections here: this server is stopping.'] : []),
  ];
  return {
    timestamp: new Date(now).toISOString(),
    service: 'sse-connections',
    status: recommendations.length === 0 ? 'healthy' : 'warning',
    stats: {
      total,
      active,
      completed,
      failed,
      activeConnections: active,
      memoryUsage: memory,
      uptime: process.uptime(),
    },
    recommendations,
  };
}
