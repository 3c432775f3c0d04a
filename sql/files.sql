-- name: lock
-- Whoever changes an app's files holds this row until the commit.
select version, file_count, file_bytes from fleet.apps where app_id = %(app_id)s for update;

-- name: known
-- The paths themselves, and what stands below those that are to become files. (Without the offset the second half
-- becomes a join that compares every file of the app with every path.)
select path, sha256, bytes, lines, version, sequences from fleet.files
where app_id = %(app_id)s and path = any(%(paths)b)
union all
select below.* from unnest(%(folders)b::text[]) as folder, lateral (
    select path, sha256, bytes, lines, version, sequences from fleet.files
    where app_id = %(app_id)s and path > folder || '/' and path < folder || '0' and sha256 is not null
    offset 0
) as below;

-- name: all_known
select path, sha256, bytes, lines, version, sequences from fleet.files where app_id = %(app_id)s;

-- name: has_version
select from fleet.versions where app_id = %(app_id)s and version = %(version)s;

-- name: at_version
select path, sha256, bytes, lines from (
    select distinct on (path) path, sha256, bytes, lines from fleet.file_changes
    where app_id = %(app_id)s and version <= %(version)s order by path, version desc
) as newest where sha256 is not null order by path;

-- name: keep
-- An app that is not there yet could not be locked: of two that begin it at once, the second writes nothing here,
-- gets no row back and must not commit. Contents go in by the order of their hashes: two that keep the same ones wait
-- for each other, and never both ways.
with app as (
    insert into fleet.apps (app_id, version, file_count, file_bytes)
    values (%(app_id)s, %(version)s, %(file_count)s, %(file_bytes)s)
    on conflict (app_id) do update
    set version = excluded.version, file_count = excluded.file_count, file_bytes = excluded.file_bytes
    where apps.version = %(was)s
    returning apps.version as number
), touched as (
    select * from unnest(
        %(paths)b::text[], %(operations)b::text[], %(from_paths)b::text[], %(changed)b::boolean[], %(hashes)b::bytea[],
        %(bytes)b::integer[], %(lines)b::integer[], %(versions)b::bigint[], %(sequences)b::text[]
    ) as row (path, operation, from_path, changed, sha256, bytes, lines, version, sequences)
), kept as (
    insert into fleet.blobs (sha256, content)
    select sha256, content from unnest(%(contents)b::bytea[]) as content, sha256(content) as sha256 order by sha256
    on conflict do nothing
), versioned as (
    insert into fleet.versions (app_id, version, event_id, message_id, name, changes)
    select %(app_id)s, %(version)s, %(event_id)s, %(message_id)s, %(name)s, count(*)
    from touched, app where changed
    having count(*) > 0
), logged as (
    insert into fleet.file_changes (app_id, version, path, operation, from_path, sha256, bytes, lines)
    select %(app_id)s, version, path, operation, from_path, sha256, bytes, lines
    from touched, app where changed
), stored as (
    insert into fleet.files (app_id, path, sha256, bytes, lines, version, sequences)
    select %(app_id)s, path, sha256, bytes, lines, version, sequences::json from touched, app
    on conflict (app_id, path) do update
    set sha256 = excluded.sha256, bytes = excluded.bytes, lines = excluded.lines, version = excluded.version,
        sequences = excluded.sequences,
        updated_at = case when files.version = excluded.version then files.updated_at else excluded.updated_at end
)
select from app;
