/**
 * Frames that a stream shows at once. Whoever waits for fewer measures while streams are still
 * being opened.
 */
export const firstFrames = (kind: string): number => (kind === 'ours' ? 2 : 1);
