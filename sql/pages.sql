-- name: access
select private, frame_ancestors from fleet.previews where app_id = %(app_id)s;

-- name: page
select revision, status, page, failure, private, frame_ancestors from fleet.previews where app_id = %(app_id)s;

-- name: styles
select style_id, content from fleet.preview_styles join fleet.blobs using (sha256)
where app_id = %(app_id)s order by position;

-- name: revision
select revision from fleet.previews where app_id = %(app_id)s;

-- name: modules
select module_id, deps, code, case when %(mapped)s then map end from fleet.preview_modules join fleet.units using (key)
where app_id = %(app_id)s order by module_id;

-- name: file
-- Of the places where a file may lie, the first that has one; beside index.html before the app's own folder.
with roots (root) as (
    select page::json ->> 'root' from fleet.previews where app_id = %(app_id)s
    union select ''
), places (path, nth) as (
    select root || place, row_number() over (order by root = '', nth)
    from roots, unnest(%(paths)s::text[]) with ordinality as given (place, nth) where root is not null
)
select path, sha256, content from places join fleet.files using (path) join fleet.blobs using (sha256)
where app_id = %(app_id)s order by places.nth limit 1;

-- name: configure
-- What is not said stays as it was.
insert into fleet.previews (app_id, private, frame_ancestors)
select app_id, coalesce(%(private)s::boolean, true), coalesce(%(frame_ancestors)s::text[], '{}')
from fleet.apps where app_id = %(app_id)s
on conflict (app_id) do update set private = coalesce(%(private)s::boolean, previews.private),
    frame_ancestors = coalesce(%(frame_ancestors)s::text[], previews.frame_ancestors)
returning private;

-- name: private
-- Of some apps, those that nobody may look at without a pass.
select app_id from fleet.previews where app_id = any(%(app_ids)s::text[]) and private;

-- name: acknowledge
update fleet.preview_revisions set acknowledged = now()
where app_id = %(app_id)s and revision = %(revision)s and acknowledged is null returning true;

-- name: cause
-- Whose story it belongs to, and the fact there that told of it.
select story_id, message_id, (
    select event_id from fleet.progress as told
    where told.app_id = revisions.app_id and told.story_id = revisions.story_id
        and kind in ('preview-ready', 'preview-updated', 'preview-failed') and body::json ->> 'revision' = %(name)s
    order by seq desc limit 1
)
from fleet.preview_revisions as revisions where app_id = %(app_id)s and revision = %(revision)s;
