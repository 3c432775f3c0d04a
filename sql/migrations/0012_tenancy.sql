-- Tenancy: one catalog of tables per app, and the rows of all apps in a few tables of ours.
--
-- An app has two tenants, one for its previews and one for its releases, with the same tables and rows of their own:
-- a release is never without a table that its preview was written against. A row keeps its values by the numbers of
-- their columns, so that a column is renamed, dropped and brought back without touching a row. What follows from a
-- row (its place in an index, what is unique of it, what it refers to) is kept by triggers, whoever writes it.
--
-- Who asks is said by a signed context, in the transaction: `tenant|sub|exp|mac`. The sub is the user's; '' where
-- nobody has signed in, '*' for the app itself. The role that asks has no rights but what the policies let it see.

create schema rt;
grant usage on schema rt to fleet_worker, fleet_gateway, fleet_tenant;
alter role fleet_tenant set plan_cache_mode = force_custom_plan;
alter role fleet_tenant set jit = off;

-- the catalog ------------------------------------------------------------------------------------------------------

-- How far an app's schema is; tables, columns and rules draw their numbers from the same source.
create table rt.schemas (
    app_id  text collate "C" primary key,
    version integer not null default 0,
    next_id integer not null default 1
);

create table rt.tenants (
    tenant_id uuid primary key,
    app_id    text collate "C" not null,
    data_env  text not null check (data_env in ('development', 'production')),
    unique (app_id, data_env)
);

-- The version of the schema with which the table last changed is what writers say they know of it.
create table rt.logical_tables (
    app_id         text collate "C" not null,
    table_id       integer not null,
    name           text collate "C" not null,
    access         text not null check (access in ('user', 'app', 'public_read')),
    schema_version integer not null,
    created_at     timestamptz not null default now(),
    dropped_at     timestamptz,
    primary key (app_id, table_id)
);
create unique index on rt.logical_tables (app_id, name) where dropped_at is null;
create index on rt.logical_tables (dropped_at) where dropped_at is not null;

-- `fallback` is what a row is read with that is older than the column. `pivot` says whether the column's values stand
-- in rt.field_index: 'building' those that were written since.
create table rt.logical_columns (
    app_id     text collate "C" not null,
    field_id   integer not null,
    table_id   integer not null,
    name       text collate "C" not null,
    kind       text not null,
    not_null   boolean not null default false,
    default_   jsonb,
    fallback   jsonb,
    pivot      text not null default 'none' check (pivot in ('none', 'building', 'ready')),
    dropped_at timestamptz,
    primary key (app_id, field_id)
);
create unique index on rt.logical_columns (app_id, table_id, name) where dropped_at is null;

-- Indexes, what is unique, and what refers to another table.
create table rt.logical_rules (
    app_id    text collate "C" not null,
    rule_id   integer not null,
    table_id  integer not null,
    name      text collate "C" not null,
    kind      text not null check (kind in ('index', 'unique', 'reference')),
    fields    integer[] not null,
    target_id integer,
    on_delete text check (on_delete in ('cascade', 'restrict', 'set null')),
    state     text not null default 'ready' check (state in ('building', 'ready')),
    primary key (app_id, rule_id)
);
create unique index on rt.logical_rules (app_id, table_id, name);

-- who asks ---------------------------------------------------------------------------------------------------------

-- The key that signs contexts, and the two paddings of it that HMAC wants: sha256 is all that every server has.
create table rt.context_keys (
    only_row  boolean primary key default true check (only_row),
    key       bytea not null,
    inner_pad bytea not null,
    outer_pad bytea not null
);

do $$
declare
    key   bytea := sha256(convert_to(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid()), 'UTF8'));
    inner_pad bytea := key || decode(repeat('00', 32), 'hex');
    outer_pad bytea := inner_pad;
begin
    for n in 0..63 loop
        inner_pad := set_byte(inner_pad, n, get_byte(inner_pad, n) # 54);
        outer_pad := set_byte(outer_pad, n, get_byte(outer_pad, n) # 92);
    end loop;
    insert into rt.context_keys (key, inner_pad, outer_pad) values (key, inner_pad, outer_pad);
end $$;

create function rt.context_key() returns bytea
language sql stable security definer set search_path = '' as $$
    select key from rt.context_keys
$$;
revoke execute on function rt.context_key() from public;
grant execute on function rt.context_key() to fleet_gateway, fleet_worker;

create type rt.tenant_context as (tenant_id uuid, sub text);

-- Nobody where nothing is said; an error where something is said that is not true.
create function rt.verified_context() returns rt.tenant_context
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    said  text := nullif(current_setting('fleet.tenant_context', true), '');
    parts text[];
    keys  rt.context_keys;
begin
    if said is null then
        return null;
    end if;
    parts := regexp_match(said, '^(([0-9a-f-]{36})\|(.*)\|([0-9]{10}))\|([0-9a-f]{64})$');
    if parts is null then
        raise exception 'VALIDATION_ERROR: the tenant context is malformed' using errcode = 'FL003';
    end if;
    select * into strict keys from rt.context_keys;
    if encode(sha256(keys.outer_pad || sha256(keys.inner_pad || convert_to(parts[1], 'UTF8'))), 'hex') <> parts[5] then
        raise exception 'HMAC_MISMATCH: the tenant context is not ours' using errcode = 'FL002';
    end if;
    if parts[4]::bigint <= extract(epoch from clock_timestamp()) then
        raise exception 'VALIDATION_ERROR: the tenant context has expired' using errcode = 'FL003';
    end if;
    return (parts[2]::uuid, parts[3])::rt.tenant_context;
end $$;

create function rt.get_current_app_tenant() returns uuid
language sql stable parallel safe set search_path = ''
return (rt.verified_context()).tenant_id;

create function rt.get_current_app_user() returns text
language sql stable parallel safe set search_path = '' as $$
    select nullif(sub, '') from rt.verified_context()
$$;

-- A row belongs to one user ('u' and who), to every user of the app ('a'), or is for all to read ('p').
create function rt.get_current_app_scopes() returns text[]
language sql stable parallel safe set search_path = '' as $$
    select array['a', 'u' || sub] from rt.verified_context() where sub <> ''
$$;

create function rt.is_app_service() returns boolean
language sql stable parallel safe set search_path = ''
return coalesce(rt.get_current_app_user() = '*', false);

-- the rows ---------------------------------------------------------------------------------------------------------

create table rt.app_entities (
    tenant_id  uuid not null,
    id         uuid not null default gen_random_uuid(),
    table_id   integer not null,
    scope      text collate "C" not null default '',
    owner_sub  text collate "C" not null default '',
    data       jsonb not null,
    version    integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, id)
) partition by hash (tenant_id);
create index on rt.app_entities (tenant_id, table_id, scope, created_at, id);

-- The values of indexed columns, in a form whose order as bytes is theirs.
create table rt.field_index (
    tenant_id  uuid not null,
    id         uuid not null,
    field_id   integer not null,
    scope      text collate "C" not null,
    k          text collate "C" not null,
    created_at timestamptz not null,
    primary key (tenant_id, id, field_id)
) partition by hash (tenant_id);
create index on rt.field_index (tenant_id, field_id, scope, k, created_at, id);

create table rt.entity_unique (
    tenant_id uuid not null,
    rule_id   integer not null,
    key_hash  bytea not null,
    id        uuid not null,
    primary key (tenant_id, rule_id, key_hash)
) partition by hash (tenant_id);
create index on rt.entity_unique (tenant_id, id);

create table rt.entity_ref (
    tenant_id uuid not null,
    rule_id   integer not null,
    src       uuid not null,
    dst       uuid not null,
    primary key (tenant_id, src, rule_id)
) partition by hash (tenant_id);
create index on rt.entity_ref (tenant_id, dst);

do $$
declare
    parent text;
begin
    foreach parent in array array['app_entities', 'field_index', 'entity_unique', 'entity_ref'] loop
        for n in 0..15 loop
            execute format('create table rt.%I partition of rt.%I for values with (modulus 16, remainder %s)',
                           parent || '_' || n, parent, n);
            if parent = 'app_entities' then
                begin
                    execute format('alter table rt.%I alter column data set compression lz4', parent || '_' || n);
                exception when feature_not_supported then
                    null;
                end;
            end if;
        end loop;
    end loop;
end $$;

-- The one door to the rows of a table: planned into whatever asks, with the tenant as a constant, so that one
-- partition is looked at. What it lets through is for the policies to say.
create function rt.get_app_entities_optimized(tenant uuid, table_number integer) returns setof rt.app_entities
language sql stable parallel safe as $$
    select * from rt.app_entities where tenant_id = tenant and table_id = table_number
$$;

-- what follows from a row ------------------------------------------------------------------------------------------

create function rt.number_key(value double precision) returns text
language sql immutable strict parallel safe set search_path = ''
begin atomic
    select '=' || lpad(to_hex(case when bits < 0 then ~bits else bits # (-9223372036854775808) end), 16, '0')
    from (select ('x' || encode(float8send(value), 'hex'))::bit(64)::bigint as bits) as sent;
end;

-- Nothing comes after everything. Long texts are compared by their beginnings, and looked at again in the row.
create function rt.sort_key(kind text, value text) returns text
language sql immutable parallel safe set search_path = ''
return case
    when value is null then '~'
    when kind in ('integer', 'bigint', 'numeric') then rt.number_key(value::double precision)
    else '=' || left(value, 200)
end;

create function rt.unique_hash(data jsonb, fields integer[]) returns bytea
language sql immutable parallel safe set search_path = ''
begin atomic
    select case when bool_and(data ->> field::text is not null)
        then sha256(convert_to(jsonb_agg(data -> field::text order by n)::text, 'UTF8')) end
    from unnest(fields) with ordinality as wanted (field, n);
end;

-- Writers hold this lock with each other; whoever changes the table waits for them for a moment, and they for it.
create function rt.table_lock(app_id text, table_id integer) returns bigint
language sql immutable parallel safe set search_path = ''
return hashtextextended(app_id || '/' || table_id, 0);

-- Whoever is about to write says what was known of the table when the values were checked.
create function rt.must_be_at(table_number integer, version integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
    app text := (select app_id from rt.tenants where tenant_id = (select rt.get_current_app_tenant()));
begin
    perform pg_advisory_xact_lock_shared(rt.table_lock(app, table_number));
    perform from rt.logical_tables
    where app_id = app and table_id = table_number and schema_version = version and dropped_at is null;
    if not found then
        raise exception 'the table has changed' using errcode = 'FL004';
    end if;
end $$;

-- Whose a row is follows from who writes it, whatever was asked for; only the app itself may say it.
create function rt.own() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    asking rt.tenant_context := rt.verified_context();
    app    text := (select app_id from rt.tenants where tenant_id = new.tenant_id);
begin
    perform pg_advisory_xact_lock_shared(rt.table_lock(app, new.table_id));
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
        new.updated_at := clock_timestamp();
        return new;
    end if;
    if asking.sub <> '*' then
        new.owner_sub := asking.sub;
    end if;
    select case access when 'user' then 'u' || new.owner_sub when 'app' then 'a' else 'p' end into new.scope
    from rt.logical_tables where app_id = app and table_id = new.table_id and dropped_at is null;
    if not found then
        raise exception 'the table is not there any more' using errcode = 'FL004';
    end if;
    return new;
end $$;

-- The names of a rule's columns, for whoever reads that it is broken.
create function rt.broken(app text, rule rt.logical_rules, problem text, code text) returns void
language plpgsql stable set search_path = '' as $$
declare
    names text := (select string_agg(name, ', ' order by array_position(rule.fields, field_id))
                   from rt.logical_columns where app_id = app and field_id = any (rule.fields));
    owner text := (select name from rt.logical_tables where app_id = app and table_id = rule.table_id);
begin
    raise exception '%', problem using errcode = code, table = owner, column = names, constraint = rule.name;
end $$;

create function rt.derive() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    app  text := (select app_id from rt.tenants where tenant_id = new.tenant_id);
    rule rt.logical_rules;
    hash bytea;
    target uuid;
begin
    insert into rt.field_index (tenant_id, id, field_id, scope, k, created_at)
    select new.tenant_id, new.id, field_id, new.scope, rt.sort_key(kind, new.data ->> field_id::text), new.created_at
    from rt.logical_columns where app_id = app and table_id = new.table_id and pivot <> 'none'
    on conflict (tenant_id, id, field_id) do update set k = excluded.k where field_index.k <> excluded.k;

    for rule in select * from rt.logical_rules
                where app_id = app and table_id = new.table_id and kind <> 'index' loop
        if rule.kind = 'unique' then
            hash := rt.unique_hash(new.data, rule.fields);
            if tg_op = 'UPDATE' then
                continue when hash is not distinct from rt.unique_hash(old.data, rule.fields) and rule.state = 'ready';
                delete from rt.entity_unique
                where tenant_id = new.tenant_id and rule_id = rule.rule_id and id = new.id;
            end if;
            continue when hash is null;
            insert into rt.entity_unique (tenant_id, rule_id, key_hash, id)
            values (new.tenant_id, rule.rule_id, hash, new.id) on conflict do nothing;
            if not found then
                perform rt.broken(app, rule, 'is taken', '23505');
            end if;
        else
            target := (new.data ->> rule.fields[1]::text)::uuid;
            if tg_op = 'UPDATE' then
                continue when target is not distinct from (old.data ->> rule.fields[1]::text)::uuid
                    and rule.state = 'ready';
                delete from rt.entity_ref
                where tenant_id = new.tenant_id and src = new.id and rule_id = rule.rule_id;
            end if;
            continue when target is null;
            -- A row that its writer may not see is none that could be referred to.
            perform from rt.app_entities
            where tenant_id = new.tenant_id and id = target and table_id = rule.target_id
                and (left(scope, 1) <> 'u' or owner_sub = new.owner_sub or rt.is_app_service()
                     or rt.verified_context() is null)
            for key share;
            if not found then
                perform rt.broken(app, rule, 'refers to a row that is not there', '23503');
            end if;
            insert into rt.entity_ref (tenant_id, rule_id, src, dst)
            values (new.tenant_id, rule.rule_id, new.id, target);
        end if;
    end loop;
    return null;
end $$;

-- After the row is gone: whoever referred to it while it was being deleted is seen by now.
create function rt.forget() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    app  text := (select app_id from rt.tenants where tenant_id = old.tenant_id);
    referring record;
begin
    delete from rt.field_index where tenant_id = old.tenant_id and id = old.id;
    delete from rt.entity_unique where tenant_id = old.tenant_id and id = old.id;
    delete from rt.entity_ref where tenant_id = old.tenant_id and src = old.id;
    for referring in
        select src, logical_rules as rule
        from rt.entity_ref join rt.logical_rules on app_id = app and logical_rules.rule_id = entity_ref.rule_id
        where tenant_id = old.tenant_id and dst = old.id
    loop
        case (referring.rule).on_delete
            when 'cascade' then
                delete from rt.app_entities where tenant_id = old.tenant_id and id = referring.src;
            when 'set null' then
                update rt.app_entities set data = jsonb_set(data, array[(referring.rule).fields[1]::text], 'null')
                where tenant_id = old.tenant_id and id = referring.src;
            else
                perform rt.broken(app, referring.rule, 'still refers to the row', '23503');
        end case;
    end loop;
    return null;
end $$;

create trigger own before insert or update on rt.app_entities for each row execute function rt.own();
create trigger derive after insert or update of data on rt.app_entities for each row execute function rt.derive();
create trigger forget after delete on rt.app_entities for each row execute function rt.forget();

-- who may see and do what ------------------------------------------------------------------------------------------

create function rt.get_current_app() returns text
language sql stable parallel safe security definer set search_path = '' as $$
    select app_id from rt.tenants where tenant_id = (select rt.get_current_app_tenant())
$$;

-- Partitions have no policy at all: nobody reads one but through its parent. The owner's is for the triggers, which
-- name the tenant in every statement.
do $$
declare
    bearer record;
begin
    for bearer in select relname, relispartition from pg_class
                  where relnamespace = 'rt'::regnamespace and relkind in ('r', 'p') loop
        execute format('alter table rt.%I enable row level security', bearer.relname);
        execute format('alter table rt.%I force row level security', bearer.relname);
        if not bearer.relispartition then
            execute format('create policy keeper on rt.%I to current_user using (true)', bearer.relname);
        end if;
    end loop;
    for bearer in select unnest(array['schemas', 'tenants', 'logical_tables', 'logical_columns', 'logical_rules'])
                  as relname loop
        execute format('create policy own_app on rt.%I to fleet_worker, fleet_gateway
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer.relname);
        execute format('create policy tenant on rt.%I for select to fleet_tenant
                        using (app_id = (select rt.get_current_app()))', bearer.relname);
        execute format('grant select on rt.%I to fleet_gateway, fleet_tenant', bearer.relname);
        execute format('grant select, insert, update, delete on rt.%I to fleet_worker', bearer.relname);
    end loop;
    for bearer in select unnest(array['app_entities', 'field_index', 'entity_unique', 'entity_ref']) as relname loop
        execute format('create policy own_app on rt.%I to fleet_worker, fleet_gateway
                        using (tenant_id = any (array(select tenant_id from rt.tenants)))', bearer.relname);
        execute format('grant select, insert, update, delete on rt.%I to fleet_worker', bearer.relname);
    end loop;
end $$;

create policy tenant on rt.app_entities to fleet_tenant using (
    tenant_id = (select rt.get_current_app_tenant())
    and (scope = any ((select rt.get_current_app_scopes())::text[])
         or (scope = 'p' and owner_sub = (select rt.get_current_app_user()))
         or (select rt.is_app_service()))
);
create policy public_read on rt.app_entities for select to fleet_tenant using (
    tenant_id = (select rt.get_current_app_tenant()) and scope = 'p'
);
create policy tenant on rt.field_index for select to fleet_tenant using (
    tenant_id = (select rt.get_current_app_tenant())
    and (scope = any ((select rt.get_current_app_scopes())::text[]) or scope = 'p' or (select rt.is_app_service()))
);

grant select, insert (tenant_id, id, table_id, owner_sub, data), update (data), delete on rt.app_entities to fleet_tenant;
grant select on rt.field_index to fleet_tenant;
grant select on rt.app_entities to fleet_gateway;
