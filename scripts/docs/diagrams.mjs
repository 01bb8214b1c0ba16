// A plugin of typedoc: draws Mermaid diagrams while the site is built, so that they are there
// without a network and without a script in the page.
import { renderMermaidSVG } from 'beautiful-mermaid';
import { MarkdownEvent } from 'typedoc';

const DIAGRAM = /^```mermaid\n([\s\S]*?)^```$/gm;
const colours = {
  bg: 'var(--color-background)',
  fg: 'var(--color-text)',
  transparent: true,
  font: 'system-ui',
};

/**
 * The picture of a diagram, in the colours of the page around it, in one line: an empty line would
 * end the HTML block in Markdown.
 */
function draw(source) {
  const svg = renderMermaidSVG(source, colours)
    .replace(/@import url\([^)]*\);/, '') // the site loads nothing from elsewhere
    .replace('<svg ', '<svg role="img" aria-label="Diagram; the text beside it says the same" ');
  return `<div style="overflow-x: auto">${svg.replaceAll(/\s*\n\s*/g, ' ')}</div>\n`;
}

/** @param {import('typedoc').Application} app */
export function load(app) {
  // Before the Markdown is parsed, which happens at priority 0.
  app.renderer.on(
    MarkdownEvent.PARSE,
    (event) => {
      event.parsedText = event.parsedText.replaceAll(DIAGRAM, (_, source) => draw(source));
    },
    1,
  );
}
