import { createHash } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from './db/db.ts';

/**
 * What a memo calls a deployment: 8 characters that follow from its id. A page can pin them
 * (`solanaGuard({ deployment })`).
 */
export const deploymentTag = (deployment: string): string =>
  createHash('sha256').update(deployment).digest('base64url').slice(0, 8);

/**
 * The id of this deployment, stored once: what was given, or the authority that the first operation
 * of the database began with, or else the present one. Authorities change, the id stays.
 * @throws NftUpgradeError `invalid_option` for another id than the stored one
 */
export async function rememberDeployment(
  sql: Sql,
  given: string | undefined,
  authority: string,
): Promise<string> {
  if (given === '')
    throw new NftUpgradeError('invalid_option', { message: 'deployment: the id is empty.' });
  await sql(
    `insert into nft_upgrade.setting (key, value) select 'deployment', coalesce($1::text,
       (select mint_key from nft_upgrade.operation where mint_key <> ''
         order by created_at limit 1), $2)
     on conflict do nothing`,
    [given ?? null, authority],
  );
  const [row] = await sql<{ value: string }>(
    "select value from nft_upgrade.setting where key = 'deployment'",
  );
  const stored = row?.value ?? authority;
  if (given !== undefined && given !== stored)
    throw new NftUpgradeError('invalid_option', {
      message:
        `This database belongs to the deployment ${stored}, and was opened as ${given}. ` +
        'Burns that are under way name the former.',
      hint: 'Leave the option deployment out, or give it the value of the database.',
      details: { database: stored, option: given },
    });
  return stored;
}
