import { expect, it } from 'vitest';
import './refuse.ts';

// Taken from the runtime, as a dependency might: an import would show what this file does.
const { spawn, spawnSync } = process.getBuiltinModule('node:child_process');
const { createServer } = process.getBuiltinModule('node:net');

it.each([
  ['a child process', () => spawn(process.execPath)],
  ['a child process', () => spawnSync(process.execPath)],
  ['a socket server', () => createServer().listen(0)],
])('refuses %s to a quick test, with a sentence', (what, begin) => {
  expect(begin).toThrow(`A quick test begins ${what}`);
});
