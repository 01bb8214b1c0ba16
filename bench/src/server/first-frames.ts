/**
 * Frames that a stream shows at once. A measurement that waits for fewer begins while streams are
 * still being opened.
 */
export const firstFrames = (kind: string): number => (kind === 'ours' ? 2 : 1);
