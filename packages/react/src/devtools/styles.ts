import type { CSSProperties } from 'react';

/**
 * System colours follow light and dark; no stylesheet, so that nothing of the page can break the
 * panel or the reverse.
 */
export const styles = {
  panel: {
    position: 'fixed',
    insetInlineEnd: 8,
    insetBlockEnd: 8,
    zIndex: 2147483000,
    font: '12px/1.5 ui-monospace, monospace',
    maxWidth: '96vw',
  },
  body: {
    background: 'Canvas',
    color: 'CanvasText',
    border: '1px solid GrayText',
    borderRadius: 6,
    padding: 8,
    width: 'min(640px, 94vw)',
    maxHeight: '60vh',
    overflow: 'auto',
  },
  row: { display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center', margin: '0 0 8px' },
  button: {
    font: 'inherit',
    color: 'ButtonText',
    background: 'ButtonFace',
    border: '1px solid GrayText',
    borderRadius: 4,
    padding: '2px 8px',
  },
  axes: {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: '2px 12px',
    margin: '0 0 8px',
  },
  lines: { margin: 0, padding: 0, listStyle: 'none' },
  ahead: { opacity: 0.5 },
  json: { overflow: 'auto', maxHeight: 240 },
} satisfies Record<string, CSSProperties>;
