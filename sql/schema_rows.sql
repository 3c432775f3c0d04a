-- name: some
select count(*) from (
    select from rt.app_entities
    where tenant_id = any (%(tenants)s::uuid[]) and table_id = %(table_id)s limit %(most)s
) as counted;

-- name: without_value
select id from rt.app_entities
where tenant_id = %(tenant_id)s and table_id = %(table_id)s
    and (%(fallbacks)s::jsonb || data) ->> %(field)s::integer::text is null limit 1;

-- name: with_value
select id from rt.app_entities
where tenant_id = %(tenant_id)s and table_id = %(table_id)s
    and (%(fallbacks)s::jsonb || data) ->> %(field)s::integer::text is not null limit 1;

-- name: alike
-- Two of those that are alike; a uuid has no smallest, so their texts have to do.
select min(id::text), max(id::text) from (
    select id, rt.unique_hash(%(fallbacks)s::jsonb || data, %(fields)s::integer[]) as hash from rt.app_entities
    where tenant_id = %(tenant_id)s and table_id = %(table_id)s
) as hashed
where hash is not null group by hash having count(*) > 1 limit 1;

-- name: astray
select id from rt.app_entities as pointing
where tenant_id = %(tenant_id)s and table_id = %(table_id)s
    and (%(fallbacks)s::jsonb || data) ->> %(field)s::integer::text is not null
    and not exists (
        select from rt.app_entities as target
        where target.tenant_id = %(tenant_id)s and target.table_id = %(target_id)s
            and target.id = ((%(fallbacks)s::jsonb || pointing.data) ->> %(field)s::integer::text)::uuid
    )
limit 1;

-- name: next
-- The rows stay as they are until they are entered.
with batch as (
    select id from rt.app_entities
    where tenant_id = %(tenant_id)s and table_id = %(table_id)s and id > %(after)s order by id limit %(count)s for share
)
select (select id from batch order by id desc limit 1), (select count(*)::integer from batch);

-- name: enter_fields
insert into rt.field_index (tenant_id, id, field_id, scope, k, created_at)
select tenant_id, id, field, scope, rt.sort_key(kind, (%(fallbacks)s::jsonb || data) ->> field::text), created_at
from rt.app_entities, unnest(%(fields)s::integer[], %(kinds)s::text[]) as wanted (field, kind)
where tenant_id = %(tenant_id)s and table_id = %(table_id)s and id > %(after)s and id <= %(last)s
on conflict do nothing;

-- name: enter_unique
insert into rt.entity_unique (tenant_id, rule_id, key_hash, id)
select tenant_id, %(rule_id)s, hash, id
from rt.app_entities, rt.unique_hash(%(fallbacks)s::jsonb || data, %(fields)s::integer[]) as hash
where tenant_id = %(tenant_id)s and table_id = %(table_id)s and id > %(after)s and id <= %(last)s and hash is not null
order by hash
on conflict do nothing;

-- name: enter_reference
-- What a row refers to stays until this is committed; from then on it is seen that something refers to it.
with pointing as (
    select id, ((%(fallbacks)s::jsonb || data) ->> %(field)s::integer::text)::uuid as target
    from rt.app_entities
    where tenant_id = %(tenant_id)s and table_id = %(table_id)s and id > %(after)s and id <= %(last)s
), targets as (
    select id from rt.app_entities
    where tenant_id = %(tenant_id)s and table_id = %(target_id)s and id in (select target from pointing)
    order by id for key share
)
insert into rt.entity_ref (tenant_id, rule_id, src, dst)
select %(tenant_id)s, %(rule_id)s, pointing.id, targets.id from pointing join targets on targets.id = pointing.target
on conflict do nothing;

-- name: hold_fields
-- Nobody begins an index of these columns until the commit; a statement of its own, so that the next sees whether
-- somebody had.
select pg_advisory_xact_lock_shared(rt.table_lock(app_id, table_id)) from rt.logical_columns
where app_id = %(app_id)s and field_id = any (%(fields)s::integer[]);

-- name: clear_fields
delete from rt.field_index
where tenant_id = %(tenant_id)s and (id, field_id) in (
    select id, field_id from rt.field_index
    where tenant_id = %(tenant_id)s and field_id in (
        select field_id from rt.logical_columns
        where app_id = %(app_id)s and pivot = 'none' and field_id = any (%(fields)s::integer[])
    )
    limit %(count)s
);

-- name: clear_unique
delete from rt.entity_unique
where tenant_id = %(tenant_id)s and (rule_id, key_hash) in (
    select rule_id, key_hash from rt.entity_unique
    where tenant_id = %(tenant_id)s and rule_id = any (%(rules)s::integer[]) limit %(count)s
);

-- name: clear_references
delete from rt.entity_ref
where tenant_id = %(tenant_id)s and (src, rule_id) in (
    select src, rule_id from rt.entity_ref
    where tenant_id = %(tenant_id)s and rule_id = any (%(rules)s::integer[]) limit %(count)s
);
