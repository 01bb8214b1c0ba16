import { entriesOf } from '../../scripts/entries.mjs';

export default { entryPoints: entriesOf(import.meta.dirname) };
