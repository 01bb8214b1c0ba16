import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { find } from './programs.ts';

export interface KafkaRecord {
  topic: string;
  partition: number;
  offset: number;
  key: string;
  payload: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * A broker that speaks the Kafka protocol: the one inside librdkafka, which kcat starts in its own
 * process. Empty at the start, gone at the end.
 */
export interface TestKafka {
  readonly broker: string;
  /** Everything in a topic so far, read by a client that is not the one under test. */
  read(topic: string): Promise<KafkaRecord[]>;
  /** Stops answering, with every connection left open; `resume` goes on. */
  freeze(): void;
  resume(): void;
  stop(): Promise<void>;
}

export async function startKafka(): Promise<TestKafka> {
  const kcat = find('kcat') ?? 'kcat';
  // A producer that waits for its input keeps its cluster; librdkafka tells the address in its log.
  const server = spawn(
    kcat,
    ['-P', '-b', 'none', '-t', 'none', '-X', 'test.mock.num.brokers=1', '-d', 'mock'],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  const orphaned = () => void server.kill('SIGKILL');
  process.once('exit', orphaned);
  const broker = await new Promise<string>((resolve, reject) => {
    let log = '';
    server.once('error', reject);
    server.once('exit', () =>
      reject(new Error(`kcat did not start a cluster.\n${log.slice(-500)}`)),
    );
    server.stderr.on('data', (data) => {
      if (log.length > 100_000) return;
      log += data;
      const address = /bootstrap\.servers=(127\.0\.0\.1:\d+)\s/.exec(log)?.[1];
      if (address) resolve(address);
    });
  });
  return {
    broker,
    async read(topic) {
      const reader = spawn(
        kcat,
        ['-C', '-b', broker, '-t', topic, '-o', 'beginning', '-e', '-q', '-J'],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
          timeout: 20_000,
        },
      );
      let text = '';
      reader.stdout.on('data', (data) => {
        text += data;
      });
      await once(reader, 'close');
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => {
        const { headers = [], ...record } = JSON.parse(line);
        return { ...record, headers: headersOf(headers) };
      });
    },
    freeze: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async stop() {
      process.off('exit', orphaned);
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    },
  };
}

/** kcat prints names and values in turn. */
function headersOf(list: readonly string[]): Record<string, string> {
  const entries: [string, string][] = [];
  for (let index = 0; index + 1 < list.length; index += 2)
    entries.push([list[index] ?? '', list[index + 1] ?? '']);
  return Object.fromEntries(entries);
}
