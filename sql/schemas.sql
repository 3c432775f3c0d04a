-- name: begin
-- An app may begin with its tables.
with founded as (
    insert into fleet.apps (app_id) values (%(app_id)s) on conflict do nothing
), begun as (
    insert into rt.schemas (app_id) values (%(app_id)s) on conflict do nothing
)
insert into rt.tenants (tenant_id, app_id, data_env)
select tenant, %(app_id)s, env from unnest(%(tenants)s::uuid[], %(envs)s::text[]) as row (tenant, env)
on conflict do nothing;

-- name: hold
select from rt.schemas where app_id = %(app_id)s for update;

-- name: wait_for_writers
-- Not for long: who would hold up all others is tried again.
select set_config('lock_timeout', '3s', true),
    pg_advisory_xact_lock(rt.table_lock(%(app_id)s::text, %(table_id)s::integer));

-- name: attic
-- Tables that were dropped, by name, the last of each; and those that are there, by number, with the columns that are not.
select version, next_id,
    (select coalesce(json_agg(json_build_object('table_id', table_id, 'access', access, 'version', schema_version,
        'name', case when dropped_at is null then '#' || table_id else name end) order by dropped_at), '[]')
     from rt.logical_tables where app_id = %(app_id)s),
    (select coalesce(json_agg(json_build_object('table_id', table_id, 'field_id', field_id, 'name', lost.name,
        'kind', kind, 'not_null', not_null, 'default', default_, 'fallback', fallback, 'pivot', pivot)
        order by lost.dropped_at desc, field_id), '[]')
     from rt.logical_columns as lost join rt.logical_tables as owner using (app_id, table_id)
     where app_id = %(app_id)s and (lost.dropped_at is null) <> (owner.dropped_at is null)),
    (select coalesce(json_agg(json_build_object('table_id', table_id, 'rule_id', rule_id, 'name', lost.name,
        'kind', kind, 'fields', fields, 'target_id', target_id, 'on_delete', on_delete, 'state', state)
        order by rule_id), '[]')
     from rt.logical_rules as lost join rt.logical_tables as owner using (app_id, table_id)
     where app_id = %(app_id)s and owner.dropped_at is not null)
from rt.schemas where app_id = %(app_id)s;

-- name: put_tables
insert into rt.logical_tables (app_id, table_id, name, access, schema_version)
select %(app_id)s, table_id, name, access, version
from json_to_recordset(%(tables)s::json) as row (table_id integer, name text, access text, version integer)
on conflict (app_id, table_id) do update
set name = excluded.name, schema_version = excluded.schema_version, dropped_at = null;

-- name: drop_tables
update rt.logical_tables set dropped_at = now() where app_id = %(app_id)s and table_id = any (%(gone)s::integer[]);

-- name: drop_columns
update rt.logical_columns set dropped_at = now(), pivot = 'none'
where app_id = %(app_id)s and table_id = %(table_id)s and dropped_at is null
    and field_id <> all (%(kept)s::integer[]);

-- name: put_columns
insert into rt.logical_columns (app_id, table_id, field_id, name, kind, not_null, default_, fallback, pivot)
select %(app_id)s, %(table_id)s, field_id, name, kind, not_null, "default", fallback, pivot
from json_to_recordset(%(columns)s::json) as row (field_id integer, name text, kind text, not_null boolean,
                                                  "default" jsonb, fallback jsonb, pivot text)
on conflict (app_id, field_id) do update
set name = excluded.name, kind = excluded.kind, not_null = excluded.not_null, default_ = excluded.default_,
    fallback = excluded.fallback, pivot = excluded.pivot, dropped_at = null;

-- name: drop_rules
delete from rt.logical_rules
where app_id = %(app_id)s and table_id = %(table_id)s and rule_id <> all (%(kept)s::integer[]);

-- name: put_rules
insert into rt.logical_rules (app_id, table_id, rule_id, name, kind, fields, target_id, on_delete, state)
select %(app_id)s, %(table_id)s, rule_id, name, kind, fields, target_id, on_delete, state
from json_to_recordset(%(rules)s::json) as row (rule_id integer, name text, kind text, fields integer[],
                                                target_id integer, on_delete text, state text)
on conflict (app_id, rule_id) do update set state = excluded.state;

-- name: advance
update rt.schemas set version = %(version)s, next_id = %(next_id)s where app_id = %(app_id)s;

-- name: note
insert into rt.schema_changes (app_id, version, event_id, message_id, change)
values (%(app_id)s, %(version)s, %(event_id)s, %(message_id)s, %(change)s);
