-- name: preview
select fleet.current_epoch(), apps.version, previews.revision, previews.version, previews.status, previews.page,
    previews.failure
from fleet.apps left join fleet.previews using (app_id) where apps.app_id = %(app_id)s;

-- name: modules
-- Nothing where the revision is the one that is known.
select module_id, key, deps from fleet.preview_modules
where app_id = %(app_id)s and not exists (
    select from fleet.previews where app_id = %(app_id)s and revision = %(revision)s
);

-- name: styles
select style_id, sha256 from fleet.preview_styles
where app_id = %(app_id)s and not exists (
    select from fleet.previews where app_id = %(app_id)s and revision = %(revision)s
) order by position;

-- name: files
-- Those that changed since a version, with the contents of a few small ones; of those that are gone the name alone.
with changed as (
    select path, sha256, bytes, row_number() over () as nth from fleet.files
    where app_id = %(app_id)s and version > %(version)s
)
select path, changed.sha256, content
from changed left join fleet.blobs on blobs.sha256 = changed.sha256 and bytes <= %(inline)s and nth <= 20;

-- name: record
-- The next revision after the one that the turn began with.
with preview as (
    insert into fleet.previews as old (app_id, revision, version, status, page, failure, provision_seconds)
    values (%(app_id)s, %(revision)s, %(version)s, %(status)s, %(page)s, %(failure)s, %(seconds)s)
    on conflict (app_id) do update set revision = excluded.revision, version = excluded.version,
        status = excluded.status, page = excluded.page, failure = excluded.failure,
        provision_seconds = coalesce(old.provision_seconds, excluded.provision_seconds), updated_at = now()
    where old.revision = excluded.revision - 1
    returning revision
)
insert into fleet.preview_revisions (app_id, revision, kind, body, story_id, message_id)
select %(app_id)s, %(revision)s, %(kind)s, %(body)s, %(story_id)s, %(message_id)s
where case when exists (select from preview) then true else fleet.refuse('the preview has another revision') end;

-- name: caught_up
-- Nothing that a page would see has changed.
update fleet.previews set version = %(version)s where app_id = %(app_id)s;

-- name: put_modules
insert into fleet.preview_modules (app_id, module_id, key, deps)
select %(app_id)s, module_id, key, deps
from unnest(%(ids)b::text[], %(keys)b::bytea[], %(deps)b::text[]) as module (module_id, key, deps)
on conflict (app_id, module_id) do update set key = excluded.key, deps = excluded.deps;

-- name: drop_modules
delete from fleet.preview_modules where app_id = %(app_id)s and module_id = any(%(ids)s);

-- name: clear_styles
delete from fleet.preview_styles where app_id = %(app_id)s;

-- name: put_styles
insert into fleet.preview_styles (app_id, style_id, position, sha256)
select %(app_id)s, style_id, position, sha256
from unnest(%(ids)b::text[], %(hashes)b::bytea[]) with ordinality as style (style_id, sha256, position);

-- name: keep_blobs
insert into fleet.blobs (sha256, content)
select sha256, content from unnest(%(hashes)b::bytea[], %(contents)b::bytea[]) as blob (sha256, content) order by sha256
on conflict do nothing;

-- name: heads
select app_id, revision from fleet.previews where app_id = any(%(app_ids)s);

-- name: after
select revision, kind, body from fleet.preview_revisions
where app_id = %(app_id)s and revision > %(revision)s order by revision limit %(count)s;

-- name: forget
-- As with stories: always from the beginning of an app's revisions.
with old as (
    select app_id, max(revision) as revision from (
        select app_id, revision from fleet.preview_revisions where at < now() - %(keep)s limit %(count)s
    ) as oldest group by app_id
)
delete from fleet.preview_revisions using old
where preview_revisions.app_id = old.app_id and preview_revisions.revision <= old.revision;
