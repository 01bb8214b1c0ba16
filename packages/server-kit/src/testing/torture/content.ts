import type { Db } from '../../db/db.ts';
import type { ContentStore } from '../../ports/content-store.ts';
import { memoryContent } from '../rules.ts';

/** A content store that all nodes share and that outlives them. */
export function sharedContent(db: Db): ContentStore {
  const { cid } = memoryContent().store;
  return {
    cid,
    async put(bytes) {
      const name = await cid(bytes);
      await db.sql(
        'insert into torture.content (cid, bytes) values ($1, $2) on conflict do nothing',
        [name, bytes],
      );
      return name;
    },
    async get(name) {
      const [row] = await db.sql<{ bytes: Uint8Array }>(
        'select bytes from torture.content where cid = $1',
        [name],
      );
      return row?.bytes ?? null;
    },
  };
}
