-- name: count
-- All tables in one walk, unless that was done lately; also those that have no row.
insert into rt.table_sizes (app_id, data_env, table_id, rows, bytes, counted_at)
select %(app_id)s, %(env)s, table_id, coalesce(held.rows, 0), coalesce(held.bytes, 0), clock_timestamp()
from rt.logical_tables left join (
    select table_id, count(*) as rows, sum(pg_column_size(app_entities.*)) as bytes
    from rt.app_entities where tenant_id = %(tenant_id)s group by table_id
) as held using (table_id)
where logical_tables.app_id = %(app_id)s and dropped_at is null
    and not exists (
        select from rt.table_sizes as known
        where known.app_id = %(app_id)s and known.data_env = %(env)s
            and known.counted_at > clock_timestamp() - %(fresh)s::interval
    )
on conflict (app_id, data_env, table_id) do update
set rows = excluded.rows, bytes = excluded.bytes, counted_at = excluded.counted_at;

-- name: sizes
select table_id, rows, bytes, counted_at from rt.table_sizes where app_id = %(app_id)s and data_env = %(env)s;
