import { afterEach, describe, expect, test, vi } from 'vitest';
import { type EnvironmentSignal, resolveEnvironment, storageOf } from './environment.ts';
import { createKeyRing } from './keys.ts';

afterEach(() => vi.unstubAllGlobals());

describe('defaults are looked up when they are used', () => {
  test('a fetch put there later is called, and not as a method: windows refuse that', async () => {
    const environment = resolveEnvironment();
    const calls: unknown[] = [];
    vi.stubGlobal('fetch', function fetch(this: unknown, input: string) {
      calls.push([this === undefined || this === globalThis, input]);
      return Promise.resolve(new Response());
    });
    await environment.fetch('/x', {});
    expect(calls).toEqual([[true, '/x']]);
  });

  test('what is given may be of a class', () => {
    class Given {
      random() {
        return 0.25;
      }
    }
    expect(resolveEnvironment(new Given()).random()).toBe(0.25);
  });

  test('signals come from window and document, and stop', () => {
    const environment = resolveEnvironment();
    const target = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    vi.stubGlobal('document', document);
    const received: EnvironmentSignal[] = [];
    const stop = environment.onSignal((signal) => received.push(signal));
    document.dispatchEvent(new Event('visibilitychange'));
    expect(received.splice(0)).toEqual(['hidden']);
    document.visibilityState = 'visible';
    const fire = () => {
      for (const type of ['offline', 'online', 'pageshow']) target.dispatchEvent(new Event(type));
      for (const type of ['visibilitychange', 'resume']) document.dispatchEvent(new Event(type));
    };
    fire();
    expect(received).toEqual(['offline', 'online', 'pageshow', 'visible', 'resume']);
    stop();
    fire();
    expect(received).toHaveLength(5);
  });

  test('without a window there is nothing to hear and nothing to keep', () => {
    const environment = resolveEnvironment();
    expect(() => environment.onSignal(() => undefined)()).not.toThrow();
    expect(storageOf(environment)).toBeUndefined();
    expect(environment.online()).toBe(true);
  });

  test('blocked site data is asked for where a throw is caught: a start goes on without', () => {
    vi.stubGlobal('document', new EventTarget());
    Object.defineProperty(globalThis, 'sessionStorage', {
      configurable: true,
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    const environment = resolveEnvironment();
    expect(() => storageOf(environment)).toThrow('denied');
    expect(createKeyRing(environment)('upgrade', {}).key).toMatch(/^[\da-f]{32}$/);
    Reflect.deleteProperty(globalThis, 'sessionStorage');
  });

  test('an insecure page has no randomUUID and still gets a key; a missing crypto is named', () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
    expect(resolveEnvironment().randomUUID()).toBe('07'.repeat(16));
    vi.stubGlobal('crypto', undefined);
    expect(() => resolveEnvironment().randomUUID()).toThrow(
      expect.objectContaining({
        code: 'missing_capability',
        details: { problem: 'absent', capability: 'randomUUID' },
      }),
    );
  });
});
