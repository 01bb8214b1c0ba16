import { globSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** What the documents of the project are, one line each, in the form of https://llmstxt.org. */
export function llms(): string {
  const files = globSync(
    [
      'packages/*/README.md',
      'packages/*/PROTOCOL.md',
      '*.md',
      'docs/*.md',
      'docs/decisions/*.md',
      'examples/*/README.md',
    ],
    {
      cwd: root,
    },
  ).toSorted();
  const lines = files.map((file) => {
    const text = readFileSync(new URL(file, root), 'utf8');
    const [, title = file] = /^# (.+)$/m.exec(text) ?? [];
    return `- [${title}](${file}): ${firstSentence(text)}`;
  });
  return `# AIW3 NFT upgrade

> TypeScript SDK and server kit for multi-step NFT processes (burn, pin, mint) streamed to the
> browser by Server-Sent Events over HTTP/2. After a burn the new NFT always arrives, exactly once,
> and the screen never lies about where the asset is.

## Documents

${lines.join('\n')}
`;
}

/** The first sentence of prose: no heading, table, list, picture, comment or code. */
function firstSentence(text: string): string {
  const prose = text
    .replaceAll('**Decision.** ', '')
    .replaceAll(/```[\s\S]*?```|<!--[\s\S]*?-->/g, '')
    .split(/\n{2,}/);
  const paragraph =
    prose.find((block) => /^[\w*“"`[]/.test(block.trim()) && !block.trim().startsWith('- ')) ?? '';
  const plain = paragraph
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\*\*|\[([^\]]+)\]\([^)]+\)/g, '$1')
    .trim();
  return /^.*?[.:?](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain;
}
