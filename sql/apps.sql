-- name: list
-- One page of apps by name, of those that were asked for, or of all.
select app_id, name, version, created_at from fleet.apps
where app_id > %(after)s and (%(app_ids)s::text[] is null or app_id = any (%(app_ids)s::text[]))
order by app_id limit %(count)s;

-- name: state
-- One moment of an app: what it is, what it holds, and how far its story had come.
select apps.name, apps.owner, apps.template, apps.tier, apps.version, apps.created_at,
    coalesce(apps.file_count, 0), coalesce(apps.file_bytes, 0),
    coalesce((select seq from fleet.progress_heads where progress_heads.app_id = %(app_id)s), 0),
    coalesce(previews.revision, 0), coalesce(previews.status, 'none'), previews.updated_at, previews.provision_seconds,
    coalesce(previews.private, true), coalesce(previews.frame_ancestors, '{}')
from (select %(app_id)s::text as app_id) as wanted
left join fleet.apps using (app_id) left join fleet.previews using (app_id);
