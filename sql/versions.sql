-- name: current
-- An app without files is one row without a path; an app that is not there is none.
select apps.version, files.path, files.sha256, files.bytes, files.lines, files.version, files.updated_at
from fleet.apps
left join fleet.files on files.app_id = %(app_id)s and files.sha256 is not null and starts_with(files.path, %(prefix)s)
where apps.app_id = %(app_id)s
order by files.path;

-- name: at
-- As above, for a version that is no longer, or still, the newest.
select versions.version, file.path, file.sha256, file.bytes, file.lines, file.version, file.created_at
from fleet.versions
left join (
    select newest.*, versions.created_at from (
        select distinct on (path) path, sha256, bytes, lines, version from fleet.file_changes
        where app_id = %(app_id)s and version <= %(version)s and starts_with(path, %(prefix)s)
        order by path, version desc
    ) as newest
    join fleet.versions on versions.app_id = %(app_id)s and versions.version = newest.version
    where newest.sha256 is not null
) as file on true
where versions.app_id = %(app_id)s and versions.version = %(version)s
order by file.path;

-- name: has_file
select from fleet.files where app_id = %(app_id)s and path = %(path)s and sha256 is not null;

-- name: file
select sha256, content from fleet.files join fleet.blobs using (sha256) where app_id = %(app_id)s and path = %(path)s;

-- name: file_at
select sha256, content from (
    select sha256 from fleet.file_changes
    where app_id = %(app_id)s and path = %(path)s and version <= %(version)s order by version desc limit 1
) as newest join fleet.blobs using (sha256)
where exists (select from fleet.versions where app_id = %(app_id)s and version = %(version)s);

-- name: page
select version, name, event_id, message_id, changes, created_at from fleet.versions
where app_id = %(app_id)s and version < %(before)s order by version desc limit %(count)s;

-- name: one
select version, name, event_id, message_id, changes, created_at from fleet.versions
where app_id = %(app_id)s and version = %(version)s;

-- name: call
update fleet.versions set name = %(name)s where app_id = %(app_id)s and version = %(version)s
returning version, name, event_id, message_id, changes, created_at;

-- name: knows
select from fleet.apps where app_id = %(app_id)s;

-- name: contents
select sha256, content from fleet.blobs where sha256 = any(%(hashes)b);
