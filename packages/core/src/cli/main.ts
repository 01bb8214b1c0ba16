#!/usr/bin/env node
import { runCli } from './run.ts';

// No await at the top level: the CommonJS build has none.
void runCli(process.argv.slice(2), process.env, {
  out: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
}).then((code) => {
  process.exitCode = code;
});
