import type { ReactNode } from 'react';
import { type PanelProps, UpgradePanel } from './panel.tsx';

export type { PanelProps } from './panel.tsx';
export { type WatchedTimeline, watchedTimeline } from './watched-timeline.ts';

/**
 * A panel for development: the three axes of each operation, every frame, retry and state change,
 * export of the recording, and replay of one, step by step. In a production build it renders
 * nothing, and bundlers leave its code out (`process.env.NODE_ENV`).
 * @example
 * const timeline = watchedTimeline();
 * const client = createUpgradeClient({ baseUrl: '', timeline });
 * <UpgradeDevtools timeline={timeline} />
 */
export const UpgradeDevtools: (props: PanelProps) => ReactNode =
  process.env.NODE_ENV === 'production' ? () => null : UpgradePanel;
