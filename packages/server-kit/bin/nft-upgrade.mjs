#!/usr/bin/env node
import { run } from '@aiw3/nft-upgrade-server-kit/cli';

process.exitCode = await run(process.argv.slice(2));
