import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const scripts = readdirSync('dist/assets').filter((file) => file.endsWith('.js'));
const code = scripts.map((file) => readFileSync(`dist/assets/${file}`, 'utf8')).join('\n');
assert.doesNotMatch(code, /require\("|from"node:|web3\.js/);
assert.match(code, /Idempotency-Key/i);
console.log(`page with React: ${(gzipSync(code).length / 1024).toFixed(1)} KB gzip`);
