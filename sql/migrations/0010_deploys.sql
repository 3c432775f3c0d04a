-- How far a deployment has come, so that whoever takes it over goes on, and whose health is watched afterwards.

-- `waits_for` is the build's request, `before` what was shown when it flipped, `returns` the deployment that it takes
-- back. The health that is watched is compared with the first `reading`.
alter table fleet.deployments
    add column waits_for text,
    add column tries integer not null default 0,
    add column before text,
    add column returns text,
    add column watched_until timestamptz,
    add column looked_at timestamptz,
    add column reading text;

create index on fleet.deployments (app_id, environment, n) where status in ('queued', 'building', 'running', 'lost');
create index on fleet.deployments (app_id, waits_for) where waits_for is not null;
create index on fleet.deployments (looked_at) where watched_until is not null;

-- Any worker may find whose health is to be looked at; to look, it must say whose it is.
create policy watched on fleet.deployments for select to fleet_worker
    using (watched_until is not null and (select fleet.current_app()) is null);
