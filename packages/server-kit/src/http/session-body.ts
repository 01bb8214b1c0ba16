import type { Session } from './session.ts';

interface Taken {
  readonly session: Session;
  /** Listens no more to the request: the bridge tells the session when its client leaves. */
  release(): void;
}

const sessions = new WeakMap<ReadableStream, Taken>();

/** A session as the body of a response. */
export function bodyOf(session: Session, signal: AbortSignal): ReadableStream<Uint8Array> {
  const leave = () => session.leave();
  const release = () => signal.removeEventListener('abort', leave);
  const body = new ReadableStream({
    type: 'bytes',
    start(control) {
      session.attach({
        write(frames) {
          // A copy: the stream takes the memory of what it is given, and these frames are shared.
          control.enqueue(new Uint8Array(frames));
          return false;
        },
        end() {
          release();
          control.close();
          // A reader that brought its own buffer gets it back only so.
          control.byobRequest?.respond(0);
        },
        fail(error) {
          release();
          control.error(error);
        },
      });
    },
    pull: () => session.pull(),
    cancel() {
      release();
      session.leave();
    },
  });
  sessions.set(body, { session, release });
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  return body;
}

/**
 * The session behind a body that nobody has read from: a bridge writes it straight to its socket.
 * Promises and copies are saved, and an idle stream keeps neither the request nor the response in
 * memory. Null for any other body.
 */
export function takeSession(body: ReadableStream | null): Session | null {
  const taken = body && !body.locked ? sessions.get(body) : undefined;
  if (!taken || !body) return null;
  sessions.delete(body);
  taken.release();
  return taken.session;
}
