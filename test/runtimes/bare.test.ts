// The client where there is no browser, no Node and no young built-in: the environment of React
// Native, as a context with nothing else in it.
import { AbortController } from 'abort-controller';
import { expect, it } from 'vitest';
import { bareContext, streamingFetch } from './fixtures/bare-context.ts';
import { cuttableEnvironments } from './fixtures/environments.ts';

const present = cuttableEnvironments();

/** Of the globals that the client needs, those that React Native has. */
const standard = { AbortController, TextDecoder, URL };
const randomUUID = () => crypto.randomUUID();

it('follows an upgrade over cuts with a fetch that streams', async () => {
  const { environment, origin } = present();
  const play = await bareContext({ ...standard, fetch: streamingFetch });
  expect(await play(origin, { randomUUID })).toMatchObject({
    end: 'completed',
    asset: 'delivered',
    counters: { posts: 1, polls: 0 },
  });
  expect(environment.posts).toBe(1);
});

it('polls with a fetch that does not', async () => {
  const { environment, origin } = present();
  const whole: typeof streamingFetch = async (input, init) => {
    const response = await streamingFetch(input, init);
    const text = response.headers.get('content-type')?.includes('json')
      ? await response.text()
      : '';
    return {
      ok: response.ok,
      status: response.status,
      headers: response.headers,
      text: async () => text,
    } as Response;
  };
  const play = await bareContext({ ...standard, fetch: whole });
  const { counters, ...rest } = await play(origin, { randomUUID });
  expect(rest).toMatchObject({ end: 'completed', asset: 'delivered', stillOpen: 0 });
  expect(counters.polls).toBeGreaterThan(0);
  expect(environment.posts).toBe(1);
});

it.each([
  ['TextDecoder', { URL, AbortController, fetch: streamingFetch }],
  ['AbortController', { URL, TextDecoder, fetch: streamingFetch }],
  ['fetch', standard],
  ['randomUUID', { ...standard, fetch: streamingFetch }],
])('names what is missing, before anything begins: %s', async (capability, globals) => {
  const { environment, origin } = present();
  const play = await bareContext(globals);
  const capabilities = capability === 'randomUUID' ? {} : { randomUUID };
  await expect(play(origin, capabilities)).rejects.toMatchObject({
    code: 'missing_capability',
    details: { capability },
  });
  expect(environment.posts).toBe(0);
});
