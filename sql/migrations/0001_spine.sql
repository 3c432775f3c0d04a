-- The spine: apps, their files and versions, and what carries an event through the fleet.
--
-- Every table that bears an app leads its primary key with it and forces row-level security. A transaction says
-- which app it is for (fleet.app_id); without that it sees nothing. Wider policies are granted to a role by name.

create schema fleet;
grant usage on schema fleet to fleet_worker, fleet_relay, fleet_gateway;

create function fleet.current_app() returns text
language sql stable set search_path = ''
return nullif(current_setting('fleet.app_id', true), '');

-- apps and files ---------------------------------------------------------------------------------------------------

create table fleet.apps (
    app_id     text collate "C" primary key,
    version    bigint not null default 0,
    file_count integer not null default 0,
    file_bytes bigint not null default 0,
    name       text,
    owner      text,
    template   text,
    tier       text not null default 'shared',
    strategy   jsonb,
    created_at timestamptz not null default now()
);

-- Contents, once for all apps; whoever knows the hash knows the content. Nothing refers to a blob by a foreign key:
-- thousands of apps share the blobs of a template, and each write would queue for a lock on the same rows.
create table fleet.blobs (
    sha256     bytea primary key,
    content    bytea not null,
    created_at timestamptz not null default now()
);

-- The newest state of each path, and how far each source has come with it, the latest to write last. A deleted file
-- stays as a row without a hash, so that a late event with a lower sequence cannot bring it back.
create table fleet.files (
    app_id     text collate "C" not null,
    path       text collate "C" not null,
    sha256     bytea,
    bytes      integer not null default 0,
    lines      integer not null default 0,
    version    bigint not null,
    sequences  json not null default '{}',
    updated_at timestamptz not null default now(),
    primary key (app_id, path)
);

create table fleet.versions (
    app_id     text collate "C" not null,
    version    bigint not null,
    event_id   text not null,
    message_id text,
    name       text,
    changes    integer not null,
    created_at timestamptz not null default now(),
    primary key (app_id, version)
);

create table fleet.file_changes (
    app_id    text collate "C" not null,
    path      text collate "C" not null,
    version   bigint not null,
    operation text not null,
    from_path text,
    sha256    bytea,
    bytes     integer not null default 0,
    lines     integer not null default 0,
    primary key (app_id, path, version)
);
create index on fleet.file_changes (app_id, version);

-- one event through the fleet --------------------------------------------------------------------------------------

-- What an actor has settled: a second delivery finds itself here.
create table fleet.inbox (
    app_id     text collate "C" not null,
    actor      text not null,
    source     text not null,
    event_id   text not null,
    settled_at timestamptz not null default now(),
    primary key (app_id, actor, source, event_id)
);
create index on fleet.inbox using brin (settled_at);

-- What is still to be published. Whoever settled publishes right after the commit; the relay takes what that left.
create table fleet.outbox (
    n           bigint generated always as identity,
    app_id      text collate "C" not null,
    event_id    text not null,
    kind        text not null,
    envelope    text not null,
    written_at  timestamptz not null default clock_timestamp(),
    next_try_at timestamptz not null default clock_timestamp() + interval '100 ms',
    tries       integer not null default 0,
    primary key (app_id, event_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index on fleet.outbox (next_try_at);

-- The story of an app, numbered without a gap. The head's row lock makes the order of commits the order of numbers.
create table fleet.progress_heads (
    app_id text collate "C" primary key,
    seq    bigint not null
) with (fillfactor = 50);

create table fleet.progress (
    app_id     text collate "C" not null,
    seq        bigint not null,
    kind       text not null,
    event_id   text not null,
    story_id   text not null,
    message_id text,
    body       text not null,
    at         timestamptz not null default clock_timestamp(),
    primary key (app_id, seq)
);
create index on fleet.progress (app_id, story_id);
create index on fleet.progress using brin (at);

-- lz4 costs a fraction of the default's time; a server built without it (the embedded one) stays with the default.
do $$
begin
    alter table fleet.blobs alter column content set compression lz4;
    alter table fleet.progress alter column body set compression lz4;
exception when feature_not_supported then
    null;
end
$$;

-- One worker per app and lane: `wanted` is raised by events, `done` by whoever holds the lease. The cause is the
-- newest event that raised it, so that whoever works after a crash knows whose story it goes on with.
create table fleet.lanes (
    app_id      text collate "C" not null,
    lane        text not null,
    wanted      bigint not null default 0,
    done        bigint not null default 0,
    cause       text not null,
    tries       integer not null default 0,
    fence       bigint not null default 0,
    lease_until timestamptz not null default '-infinity',
    primary key (app_id, lane)
);
create index on fleet.lanes (lease_until) where done < wanted;

-- Effects outside this database: claimed before reaching out, journalled step by step.
create table fleet.effects (
    app_id      text collate "C" not null,
    actor       text not null,
    source      text not null,
    event_id    text not null,
    fence       bigint not null default 1,
    lease_until timestamptz not null,
    journal     jsonb not null default '{}',
    claimed_at  timestamptz not null default now(),
    primary key (app_id, actor, source, event_id)
);

-- which history this is --------------------------------------------------------------------------------------------

create table fleet.epoch (
    only_row boolean primary key default true check (only_row),
    origin   uuid not null default gen_random_uuid(),
    bumps    integer not null default 0
);
insert into fleet.epoch default values;

-- A restored or promoted database is another history: the cluster's identity and timeline are part of the name.
-- Where a provider hides them, the row's own identity stands in, and an operator bumps after a restore.
create function fleet.current_epoch() returns text
language plpgsql stable set search_path = '' as $$
declare
    cluster text;
    row fleet.epoch;
begin
    select * into row from fleet.epoch;
    begin
        select system_identifier || '.' || case
            when pg_is_in_recovery() then (select received_tli::text from pg_stat_wal_receiver)
            else left(pg_walfile_name(pg_current_wal_lsn()), 8) end
        into cluster from pg_control_system();
    exception when insufficient_privilege then
        cluster := 'hidden';
    end;
    return left(encode(sha256(convert_to(concat_ws('/', cluster, row.origin, row.bumps), 'UTF8')), 'hex'), 10);
end $$;

-- who may see and do what ------------------------------------------------------------------------------------------

do $$
declare
    bearer text;
begin
    foreach bearer in array array['apps', 'files', 'versions', 'file_changes', 'inbox', 'outbox', 'progress_heads',
                                  'progress', 'lanes', 'effects'] loop
        execute format('alter table fleet.%I enable row level security', bearer);
        execute format('alter table fleet.%I force row level security', bearer);
        execute format('create policy own_app on fleet.%I to fleet_worker, fleet_gateway
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer);
    end loop;
end $$;

-- A worker's statements find rows by their keys: planned once they are right for lists of any length.
alter role fleet_worker set plan_cache_mode = force_generic_plan;

grant select, insert, update on fleet.apps, fleet.files to fleet_worker;
grant select, insert on fleet.versions, fleet.file_changes, fleet.blobs, fleet.inbox to fleet_worker;
grant select, insert, delete on fleet.outbox to fleet_worker;
grant select, insert, update on fleet.progress_heads to fleet_worker;
grant select, insert on fleet.progress to fleet_worker;
grant select, insert, update, delete on fleet.lanes, fleet.effects to fleet_worker;

grant select on fleet.apps, fleet.files, fleet.file_changes, fleet.blobs, fleet.progress_heads, fleet.progress
    to fleet_gateway;
grant select, update (name) on fleet.versions to fleet_gateway;
grant select, insert, delete on fleet.outbox to fleet_gateway;
grant select on fleet.epoch to fleet_gateway;

-- The gateway lists apps and compares the heads of all streams it serves; whoever publishes deletes what is confirmed.
create policy every_app on fleet.apps for select to fleet_gateway using (true);
create policy every_app on fleet.progress_heads for select to fleet_gateway using (true);
create policy published on fleet.outbox for delete to fleet_worker, fleet_gateway using (true);
create policy publishable on fleet.outbox for select to fleet_worker, fleet_gateway using (true);

-- The relay publishes and forgets for everybody, and reads no file.
grant select, update, delete on fleet.outbox to fleet_relay;
grant select, delete on fleet.progress, fleet.inbox, fleet.effects to fleet_relay;
grant select, update on fleet.lanes to fleet_relay;
create policy every_app on fleet.outbox to fleet_relay using (true);
create policy every_app on fleet.progress to fleet_relay using (true);
create policy every_app on fleet.inbox to fleet_relay using (true);
create policy every_app on fleet.effects to fleet_relay using (true);
create policy every_app on fleet.lanes to fleet_relay using (true);
create policy abandoned on fleet.lanes for select to fleet_worker using (true);
