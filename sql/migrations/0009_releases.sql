-- Builds, the releases that come of them, how releases went live, and which one is.

-- What somebody asked for is written down in the transaction that settles the request: the newest of an environment
-- is built, and those before it are told so (n is the order in which they were asked for). `cause` is the event.
create table fleet.builds (
    app_id       text collate "C" not null,
    build_id     text not null,
    n            bigint generated always as identity,
    environment  text not null,
    event_id     text not null,
    story_id     text not null,
    cause        text not null,
    status       text not null default 'queued',
    app_version  bigint,
    source_key   bytea,
    release_id   text,
    step         text,
    problem      text,
    sizes        text,
    report       text,
    warnings     text[] not null default '{}',
    log          text not null default '',
    seconds      double precision,
    requested_at timestamptz not null default clock_timestamp(),
    started_at   timestamptz,
    ended_at     timestamptz,
    primary key (app_id, build_id)
);
create index on fleet.builds (app_id, environment, n) where status in ('queued', 'running');
create index on fleet.builds (app_id, n);
create index on fleet.builds using brin (requested_at);

-- One immutable version of a whole app, named by the hash of its manifest. The source key names what it was made of.
create table fleet.releases (
    app_id      text collate "C" not null,
    release_id  text not null,
    n           bigint generated always as identity,
    source_key  bytea not null,
    manifest    text not null,
    sizes       text not null,
    report      text not null,
    warnings    text[] not null default '{}',
    app_version bigint,
    build_id    text not null,
    created_at  timestamptz not null default clock_timestamp(),
    primary key (app_id, release_id)
);
create index on fleet.releases (app_id, source_key);
create index on fleet.releases (app_id, n);

-- What releases are made of, once for all apps. Whoever makes a release touches what it finds here, in the transaction
-- that refers to it: what nobody refers to and nobody has touched for long can go.
create table fleet.artifacts (
    sha256     bytea primary key,
    content    bytea not null,
    touched_at timestamptz not null default clock_timestamp()
);
create index on fleet.artifacts using brin (touched_at);
create table fleet.release_artifacts (
    app_id     text collate "C" not null,
    release_id text not null,
    sha256     bytea not null,
    primary key (app_id, release_id, sha256)
);
create index on fleet.release_artifacts (sha256);

create table fleet.deployments (
    app_id          text collate "C" not null,
    deployment_id   text not null,
    n               bigint generated always as identity,
    environment     text not null,
    event_id        text not null,
    story_id        text not null,
    cause           text not null,
    kind            text not null default 'deploy',
    target          text not null default 'local',
    status          text not null default 'queued',
    step            text,
    reason          text,
    build_id        text,
    release_id      text,
    from_release_id text,
    canary_percent  integer,
    seconds         double precision,
    requested_at    timestamptz not null default clock_timestamp(),
    started_at      timestamptz,
    ended_at        timestamptz,
    primary key (app_id, deployment_id)
);
create index on fleet.deployments (app_id, environment, n);
create index on fleet.deployments using brin (requested_at);

-- What an environment serves; n counts the flips, and only ever rises.
create table fleet.pointers (
    app_id              text collate "C" not null,
    environment         text not null,
    n                   bigint not null,
    release_id          text,
    previous_release_id text,
    canary_release_id   text,
    canary_percent      integer,
    deployment_id       text,
    target              text not null default 'local',
    updated_at          timestamptz not null default clock_timestamp(),
    primary key (app_id, environment)
);

do $$
declare
    bearer text;
begin
    foreach bearer in array array['builds', 'releases', 'release_artifacts', 'deployments', 'pointers'] loop
        execute format('alter table fleet.%I enable row level security', bearer);
        execute format('alter table fleet.%I force row level security', bearer);
        execute format('create policy own_app on fleet.%I to fleet_worker, fleet_gateway
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer);
        execute format('create policy every_app on fleet.%I to fleet_relay using (true)', bearer);
        execute format('grant select on fleet.%I to fleet_worker, fleet_gateway, fleet_relay', bearer);
    end loop;
end $$;

do $$
begin
    alter table fleet.artifacts alter column content set compression lz4;
exception when feature_not_supported then
    null;
end $$;

grant select on fleet.artifacts to fleet_worker, fleet_gateway, fleet_relay;
grant insert, update on fleet.builds, fleet.deployments, fleet.pointers to fleet_worker;
grant insert on fleet.releases, fleet.release_artifacts to fleet_worker;
grant insert, update (touched_at) on fleet.artifacts to fleet_worker;
-- The relay forgets for everybody.
grant delete on fleet.builds, fleet.releases, fleet.release_artifacts, fleet.artifacts, fleet.deployments to fleet_relay;
