#!/usr/bin/env node
import { runCli } from './run.ts';

const output = {
  out: (text: string) => process.stdout.write(`${text}\n`),
  error: (text: string) => process.stderr.write(`${text}\n`),
};

void runCli(process.argv.slice(2), process.env, output).then((code) => {
  process.exitCode = code;
});
