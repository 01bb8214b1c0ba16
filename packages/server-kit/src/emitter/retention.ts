import type { RetainedTables } from '../engine/retention.ts';

const children = ['event', 'request_key', 'signal', 'delivery', 'outbox'];

/** Ended operations of an emitter, as old as their beginning: their end is written nowhere. */
export const ofEmitter: RetainedTables = {
  operation: 'nft_upgrade_emitter.operation',
  select: (ofUser) => `select o.id from nft_upgrade_emitter.operation o
    where not o.live and o.created_at < now() - make_interval(secs => $1)
      ${ofUser ? 'and o.principal = $3' : ''}
      and not exists (select 1 from nft_upgrade_emitter.delivery d
        where d.operation_id = o.id and d.state in ('waiting', 'dead'))
    order by ${ofUser ? 'o.id' : 'o.created_at'} limit $2`,
  exported: `select (to_jsonb(o) || jsonb_build_object(
      'events', (select jsonb_agg(e.data order by e.seq) from nft_upgrade_emitter.event e
        where e.operation_id = o.id),
      'signals', (select jsonb_agg(to_jsonb(s) - 'operation_id' order by s.number)
        from nft_upgrade_emitter.signal s where s.operation_id = o.id)
    ))::text as line
    from nft_upgrade_emitter.operation o`,
  remove: `with gone as (
      select id from nft_upgrade_emitter.operation
        where id = any($1::text[]) and not live order by id for update),
    ${children
      .map(
        (table) => `${table}_gone as (delete from nft_upgrade_emitter.${table}
          where operation_id = any(array(select id from gone)))`,
      )
      .join(',\n    ')}
    delete from nft_upgrade_emitter.operation
      where id = any(array(select id from gone)) returning id`,
};
