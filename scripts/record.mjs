// Runs the demo and draws what it printed, colours included, as docs/demo.svg, so that the picture
// in the README is as new as the program.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const demo = [
  '--conditions=aiw3-source',
  '--disable-warning=ExperimentalWarning',
  'examples/upgrade-server/src/demo.ts',
  '--once',
];
const { stdout, stderr, status } = spawnSync(process.execPath, demo, {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
});
if (status !== 0) {
  console.error(stdout, stderr);
  process.exit(1);
}

const LINE = 19;
const CHAR = 7.83;
const MARGIN = 20;
const colours = { 31: '#f87171', 32: '#4ade80', 33: '#facc15', 35: '#e879f9', 36: '#22d3ee' };
const lines = stdout.trimEnd().split('\n');
const width = Math.ceil(
  Math.max(...lines.map((line) => stripVTControlCharacters(line).length)) * CHAR + 2 * MARGIN,
);
const height = lines.length * LINE + 2 * MARGIN + 14;
const escapeXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * One line as text spans: `ESC [ n m` switches bold (1), dim (2) and the colours on, and 22 and 39
 * off.
 */
function spans(line) {
  let [bold, dim, fill] = [false, false, '#e5e7eb'];
  const parts = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for the escape character
  for (const [, code, text] of line.matchAll(/(?:\u001b\[(\d+)m)?([^\u001b]*)/g)) {
    if (code === '1') bold = true;
    else if (code === '2') dim = true;
    else if (code === '22') bold = dim = false;
    else if (code === '39') fill = '#e5e7eb';
    else if (code) fill = colours[code] ?? fill;
    const style = `${bold ? ' font-weight="700"' : ''}${dim ? ' opacity=".6"' : ''}`;
    if (text) parts.push(`<tspan fill="${fill}"${style}>${escapeXml(text)}</tspan>`);
  }
  return parts.join('');
}

const text = lines.map((line, row) => {
  const y = MARGIN + 26 + row * LINE;
  return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
});
const dots = ['#f87171', '#facc15', '#4ade80'].map(
  (fill, index) => `<circle cx="${MARGIN + index * 18}" cy="18" r="5" fill="${fill}"/>`,
);
const attributes = [
  'xmlns="http://www.w3.org/2000/svg"',
  `viewBox="0 0 ${width} ${height}"`,
  'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"',
  'font-size="13"',
  'role="img"',
  'aria-label="What npm run demo prints"',
];
writeFileSync(
  'docs/demo.svg',
  `<svg ${attributes.join(' ')}>
<rect width="100%" height="100%" rx="10" fill="#0b1020"/>
${dots.join('')}
${text.join('\n')}
</svg>
`,
);
console.log(`docs/demo.svg: ${lines.length} lines`);
