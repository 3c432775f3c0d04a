-- name: note
insert into fleet.builds (app_id, build_id, environment, event_id, story_id, cause)
values (%(app_id)s, %(build_id)s, %(environment)s, %(event_id)s, %(story_id)s, %(cause)s)
on conflict do nothing;

-- name: waiting
select build_id, n, cause from fleet.builds
where app_id = %(app_id)s and environment = %(environment)s and status in ('queued', 'running') order by n;

-- name: is_newest
select not exists (
    select from fleet.builds
    where app_id = %(app_id)s and environment = %(environment)s and status in ('queued', 'running') and n > %(n)s
);

-- name: begin
update fleet.builds set status = 'running', app_version = %(app_version)s, source_key = %(source_key)s,
    started_at = clock_timestamp()
where app_id = %(app_id)s and build_id = %(build_id)s;

-- name: end
update fleet.builds set status = %(status)s, release_id = %(release_id)s, step = %(step)s, problem = %(problem)s,
    sizes = %(sizes)s, report = %(report)s, warnings = %(warnings)s, log = %(log)s, seconds = %(seconds)s,
    ended_at = clock_timestamp()
where app_id = %(app_id)s and build_id = %(build_id)s;

-- name: supersede
-- Told once: whoever comes to it again finds that it has ended.
update fleet.builds set status = 'superseded', problem = %(by)s, ended_at = clock_timestamp()
where app_id = %(app_id)s and build_id = %(build_id)s and status in ('queued', 'running')
returning true;

-- name: source
-- Version and files as they are at one moment.
select apps.version, path, sha256
from fleet.apps left join fleet.files on files.app_id = apps.app_id and sha256 is not null
where apps.app_id = %(app_id)s;

-- name: listed
select build_id, environment, status, release_id, app_version, step, problem, sizes, warnings, seconds, requested_at,
    ended_at
from fleet.builds where app_id = %(app_id)s order by n desc limit %(count)s;

-- name: one
select build_id, environment, status, release_id, app_version, step, problem, sizes, warnings, seconds, requested_at,
    ended_at, report, log, event_id, story_id
from fleet.builds where app_id = %(app_id)s and build_id = %(build_id)s;

-- name: forget
with old as (
    select app_id, build_id from fleet.builds where requested_at < now() - %(keep)s and status not in ('queued', 'running')
    limit %(count)s
)
delete from fleet.builds using old where builds.app_id = old.app_id and builds.build_id = old.build_id;
