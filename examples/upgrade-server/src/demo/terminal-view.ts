import { styleText } from 'node:util';
import type { Asset } from '@aiw3/nft-upgrade/protocol';
import type { View } from './view.ts';

const WIDTH = 24;
const colours: Record<Asset, Parameters<typeof styleText>[0]> = {
  safe: 'green',
  at_risk: 'yellow',
  burned_owed: 'magenta',
  delivered: 'cyan',
};

const bar = (progress: number) =>
  '█'.repeat(Math.round((progress / 100) * WIDTH)).padEnd(WIDTH, '░');
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`.padStart(7);

/** Live progress for people: one line an event, the table of facts at the end. */
export function terminalView(): View {
  const out = (text = '') => process.stdout.write(`${text}\n`);
  return {
    ready(server, user) {
      const title = styleText('bold', 'AIW3 NFT upgrade');
      const solana = server.cluster.local ?? 'remote';
      out(`${title}  ${server.url} (HTTP/2, TLS)  Solana: ${solana}  wallet ${user.address}`);
    },
    begin: (title) => out(`\n${styleText('bold', title)}`),
    event(_title, event, elapsed) {
      const asset = styleText(colours[event.asset], event.asset.padEnd(11));
      const progress = `${bar(event.progress)} ${String(event.progress).padStart(3)} %`;
      const message = styleText('dim', event.message ?? '');
      out(`  ${progress}  ${event.status.padEnd(22)} ${asset} ${seconds(elapsed)}  ${message}`);
    },
    result(facts) {
      const { key, offline, onChain } = facts.receipt;
      const verified = offline && onChain ? 'verified offline and on chain' : 'DOES NOT HOLD';
      const rows: [string, string][] = [
        ['burn signature', facts.burn.signature],
        ['old mint', `${facts.oldMint.address}  supply ${facts.oldMint.supply}`],
        ['new mint', `${facts.newMint.address}  supply ${facts.newMint.supply}`],
        ['owner', facts.newMint.owner],
        ['mint authority', facts.newMint.mintAuthority ?? 'none'],
        [
          'metadata CID',
          `${facts.metadata.cid}  hash ${facts.metadata.hashMatches ? 'equal' : 'DIFFERENT'}`,
        ],
        ['receipt', `signed by ${key}  ${verified}`],
        ['badges', facts.badges.map(({ id, status }) => `${id} ${status}`).join(', ')],
        ['journal', facts.journal.contiguous ? 'contiguous' : 'HAS GAPS'],
        [
          'time',
          Object.entries(facts.ms)
            .map(([name, ms]) => `${name} ${seconds(ms).trim()}`)
            .join(' · '),
        ],
      ];
      out(`\n${styleText('bold', 'Read again from the chain, the store and the journal')}`);
      for (const [name, value] of rows) out(`  ${name.padEnd(16)}${value}`);
      out(
        facts.ok
          ? styleText(
              'green',
              '\n  ✓ The old NFT is gone, and exactly one new one is in the wallet.',
            )
          : styleText('red', `\n  ✗ ${facts.wrong.join('; ')}`),
      );
    },
    serving: (server) =>
      out(`\nServing on ${server.url} until you press Ctrl+C. Open it in a browser for the page.`),
    problem: (error) =>
      out(styleText('red', `  ! ${error instanceof Error ? error.message : 'unknown error'}`)),
  };
}
