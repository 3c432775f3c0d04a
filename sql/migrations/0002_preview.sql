-- Live previews: what each app shows now, every revision on the way there, and what was compiled once for all apps.

-- One compiled file. The key names path, content and compiler; a template's file is compiled once for every app.
create table fleet.units (
    key        bytea primary key,
    facts      text not null,
    code       text not null,
    map        text,
    created_at timestamptz not null default now()
);

-- A set of npm packages, bundled once for all apps that use the same set.
create table fleet.dependency_sets (
    key        bytea primary key,
    name       text not null unique,
    manifest   text not null,
    created_at timestamptz not null default now()
);
create table fleet.dependency_files (
    name   text not null,
    file   text not null,
    sha256 bytea not null,
    primary key (name, file)
);

create table fleet.previews (
    app_id            text collate "C" primary key,
    revision          bigint not null default 0,
    version           bigint not null default 0,
    status            text not null default 'starting',
    private           boolean not null default true,
    frame_ancestors   text[] not null default '{}',
    page              text not null default '{}',
    failure           text,
    provision_seconds double precision,
    updated_at        timestamptz not null default now()
);

-- What the newest revision is made of.
create table fleet.preview_modules (
    app_id    text collate "C" not null,
    module_id text collate "C" not null,
    key       bytea not null,
    deps      text not null,
    primary key (app_id, module_id)
);
create table fleet.preview_styles (
    app_id   text collate "C" not null,
    style_id text collate "C" not null,
    position integer not null,
    sha256   bytea not null,
    primary key (app_id, style_id)
);

-- The log that every open page is read up to date from; what it names by hash never changes.
create table fleet.preview_revisions (
    app_id       text collate "C" not null,
    revision     bigint not null,
    kind         text not null,
    body         text not null,
    story_id     text not null default '',
    message_id   text,
    acknowledged timestamptz,
    at           timestamptz not null default clock_timestamp(),
    primary key (app_id, revision)
);
create index on fleet.preview_revisions using brin (at);

do $$
declare
    bearer text;
begin
    foreach bearer in array array['previews', 'preview_modules', 'preview_styles', 'preview_revisions'] loop
        execute format('alter table fleet.%I enable row level security', bearer);
        execute format('alter table fleet.%I force row level security', bearer);
        execute format('create policy own_app on fleet.%I to fleet_worker, fleet_gateway
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer);
    end loop;
end $$;

grant select on fleet.epoch to fleet_worker;
grant select, insert on fleet.units, fleet.dependency_sets, fleet.dependency_files to fleet_worker;
grant select, insert, update on fleet.previews to fleet_worker;
grant select, insert, update, delete on fleet.preview_modules, fleet.preview_styles to fleet_worker;
grant select, insert on fleet.preview_revisions to fleet_worker;

grant select on fleet.units, fleet.dependency_sets, fleet.dependency_files, fleet.preview_modules,
    fleet.preview_styles to fleet_gateway;
-- Who may look at an app may be said before there is anything to see.
grant select, insert (app_id, private, frame_ancestors), update (private, frame_ancestors) on fleet.previews
    to fleet_gateway;
grant select, update (acknowledged) on fleet.preview_revisions to fleet_gateway;

-- What a page says back is a fact of its app like any other: into the story and the outbox in one commit.
grant select, insert, update on fleet.progress_heads to fleet_gateway;
grant insert on fleet.progress to fleet_gateway;

create policy every_app on fleet.previews for select to fleet_gateway using (true);
create policy every_app on fleet.preview_revisions to fleet_relay using (true);
grant select, delete on fleet.preview_revisions to fleet_relay;
