// Many clients in one process: they open streams, count frames, and notice what is missing.
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { answerAsks } from './child.ts';

const STREAMS_A_SESSION = 1_000;
const sockets: Socket[] = [];
const sessions: ClientHttp2Session[] = [];
let frames = 0;
let ended = 0;
let lost = 0;
let changed = () => {};

/** Reads one stream: only as much as it takes to count. */
function reader(numbered: boolean) {
  let last = 0;
  let rest = '';
  return (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    for (const [, digits] of text.slice(0, end + 1).matchAll(/^id: ?(\d+)$/gm)) {
      frames += 1;
      const seq = Number(digits);
      if (numbered && seq !== last + 1) lost += Math.abs(seq - last - 1);
      last = seq;
    }
    changed();
  };
}
const finished = () => {
  ended += 1;
  changed();
};

function openHttp1(port: number, path: string, index: number, numbered: boolean): void {
  // Another address for each ten thousand: a pair of addresses has about 28,000 ports.
  const socket = connect({ host: `127.0.0.${1 + Math.floor(index / 10_000)}`, port });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n`);
  const read = reader(numbered);
  let over = false;
  socket.on('data', (chunk) => {
    read(chunk);
    // The last chunk of the body: the connection itself may stay.
    if (!over && chunk.length >= 5 && chunk.toString('latin1', chunk.length - 5) === '0\r\n\r\n') {
      over = true;
      finished();
    }
  });
  socket.on('error', () => {});
  sockets.push(socket);
}

function openHttp2(port: number, path: string, index: number, numbered: boolean): void {
  const at = Math.floor(index / STREAMS_A_SESSION);
  let session = sessions[at];
  if (!session) {
    session = connectHttp2(`http://127.0.0.${1 + (at % 8)}:${port}`, {
      maxSessionMemory: 10_000,
      peerMaxConcurrentStreams: 100_000,
    });
    session.on('error', () => {});
    sessions[at] = session;
  }
  const stream = session.request({ ':path': path, accept: 'text/event-stream' });
  stream.on('data', reader(numbered));
  stream.on('end', finished);
  stream.on('error', () => {});
}

const until = async (enough: () => boolean, timeoutMs: number): Promise<void> => {
  const late = Date.now() + timeoutMs;
  while (!enough()) {
    if (Date.now() > late) throw new Error(`Only ${frames} frames and ${ended} ends came in time.`);
    const timer = setTimeout(() => changed(), 500);
    await new Promise<void>((resolve) => {
      changed = resolve;
    });
    clearTimeout(timer);
  }
};

answerAsks({
  /** Opens streams in waves, each of which has its first frames before the next begins. */
  async open({ version, port, paths, count, firstFrames, numbered }: OpenStreams) {
    const before = frames;
    for (let index = 0; index < count; index += 1) {
      const path = paths[index % paths.length] ?? '/';
      if (version === 'h2') openHttp2(port, path, index, numbered);
      else openHttp1(port, path, index, numbered);
      if ((index + 1) % 500 === 0)
        await until(() => frames - before >= (index + 1 - 250) * firstFrames, 120_000);
    }
    await until(() => frames - before >= count * firstFrames, 120_000);
  },
  frames: () => frames,
  untilFrames: (total: number) => until(() => frames >= total, 120_000),
  async untilEnded(total: number) {
    await until(() => ended >= total, 120_000);
    return { frames, lost };
  },
});

interface OpenStreams {
  version: string;
  port: number;
  paths: string[];
  count: number;
  /** How many frames a stream shows at once. */
  firstFrames: number;
  /** The frames are numbered from 1 without a gap. */
  numbered: boolean;
}
