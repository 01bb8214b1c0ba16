// Every entry gives the same names to `require` as to `import`, as far as its peers are installed
// here.
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');

const entriesOf = (name) =>
  Object.entries(JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([entry]) => name + entry.slice(1));

async function main() {
  let loaded = 0;
  for (const entry of ['', '-react', '-server-kit'].flatMap((suffix) =>
    entriesOf(`@aiw3/nft-upgrade${suffix}`),
  )) {
    let required;
    try {
      required = require(entry);
    } catch (error) {
      // An optional peer of this entry that the project does not have: the message has to name it.
      assert.match(String(error), /Cannot find (module|package) '[^.]/, entry);
      assert.doesNotMatch(String(error), /'@aiw3/, entry);
      continue;
    }
    const imported = await import(entry);
    const names = (module) =>
      Object.keys(module)
        .filter((name) => name !== 'default' && name !== 'module.exports')
        .sort();
    assert.deepEqual(names(required), names(imported), entry);
    loaded += 1;
  }
  assert.ok(loaded >= 8, `only ${loaded} entries could be loaded`);
  console.log(`${loaded} entries are the same for require and import`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
