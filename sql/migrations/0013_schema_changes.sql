-- Schema changes: their history, and what of them takes longer than a moment.

create table rt.schema_changes (
    app_id     text collate "C" not null,
    version    integer not null,
    event_id   text not null,
    message_id text,
    change     text not null,
    applied_at timestamptz not null default now(),
    primary key (app_id, version)
);

-- What is under way for the rows that were there before a change. 'build': they are entered into what new rules need,
-- or looked at for a column that must not be null; then the change holds, or is taken back. 'clear': what rules and
-- columns need that are gone is deleted. `cause` is the event that asked, `undo` the column as it was, `seen` how far
-- it has come in which tenant. Whoever crashes loses it with the lease.
create table rt.schema_work (
    app_id      text collate "C" not null,
    work_id     integer not null,
    kind        text not null check (kind in ('build', 'clear')),
    table_id    integer not null,
    rules       integer[] not null default '{}',
    fields      integer[] not null default '{}',
    change      text not null,
    cause       text not null,
    undo        jsonb not null default '[]',
    tenant_id   uuid,
    seen        uuid,
    done        bigint not null default 0,
    fence       bigint not null default 0,
    lease_until timestamptz not null default '-infinity',
    primary key (app_id, work_id)
);
create index on rt.schema_work (lease_until);

-- How many rows a table has, and how large they are, as they were counted last.
create table rt.table_sizes (
    app_id     text collate "C" not null,
    data_env   text not null,
    table_id   integer not null,
    rows       bigint not null,
    bytes      bigint not null,
    counted_at timestamptz not null default clock_timestamp(),
    primary key (app_id, data_env, table_id)
);

do $$
declare
    bearer text;
begin
    foreach bearer in array array['schema_changes', 'schema_work', 'table_sizes'] loop
        execute format('alter table rt.%I enable row level security', bearer);
        execute format('alter table rt.%I force row level security', bearer);
        execute format('create policy own_app on rt.%I to fleet_worker, fleet_gateway
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer);
    end loop;
end $$;
grant select, insert on rt.schema_changes to fleet_worker;
grant select, insert, update, delete on rt.schema_work to fleet_worker;
grant select on rt.schema_changes to fleet_gateway;
grant select, insert, update on rt.table_sizes to fleet_gateway;

-- Any worker may find what nobody is at; to go on with it, it must say whose it is.
create policy left_over on rt.schema_work for select to fleet_worker using (lease_until < now());

-- A row that is older than a column gets what it was read with as soon as it is written: what follows from the row
-- follows from that, too.
create or replace function rt.own() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    asking rt.tenant_context := rt.verified_context();
    app    text := (select app_id from rt.tenants where tenant_id = new.tenant_id);
    older  jsonb;
begin
    perform pg_advisory_xact_lock_shared(rt.table_lock(app, new.table_id));
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(field_id, fallback) into older
        from rt.logical_columns where app_id = app and table_id = new.table_id and fallback is not null;
        if older is not null then
            new.data := older || new.data;
        end if;
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

-- A table that was dropped holds nobody back, as long as it may come back.
create or replace function rt.forget() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    app  text := (select app_id from rt.tenants where tenant_id = old.tenant_id);
    referring record;
begin
    delete from rt.field_index where tenant_id = old.tenant_id and id = old.id;
    delete from rt.entity_unique where tenant_id = old.tenant_id and id = old.id;
    delete from rt.entity_ref where tenant_id = old.tenant_id and src = old.id;
    for referring in
        select src, logical_rules as rule, dropped_at is not null as is_dropped
        from rt.entity_ref
        join rt.logical_rules on logical_rules.app_id = app and logical_rules.rule_id = entity_ref.rule_id
        join rt.logical_tables using (app_id, table_id)
        where tenant_id = old.tenant_id and dst = old.id
    loop
        case (case when referring.is_dropped then 'set null' else (referring.rule).on_delete end)
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
