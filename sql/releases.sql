-- name: touch
-- What is there is touched, so that it cannot go before the release that refers to it is committed.
insert into fleet.artifacts as artifacts (sha256, content)
select sha256, content from unnest(%(hashes)b::bytea[], %(contents)b::bytea[]) as made (sha256, content) order by sha256
on conflict (sha256) do update set touched_at = clock_timestamp();

-- name: keep
with kept as (
    insert into fleet.releases (app_id, release_id, source_key, manifest, sizes, report, warnings, app_version, build_id)
    values (%(app_id)s, %(release_id)s, %(source_key)s, %(manifest)s, %(sizes)s, %(report)s, %(warnings)s,
            %(app_version)s, %(build_id)s)
    on conflict do nothing
)
insert into fleet.release_artifacts (app_id, release_id, sha256)
select %(app_id)s, %(release_id)s, sha256 from unnest(%(hashes)b::bytea[]) as sha256
on conflict do nothing;

-- name: of_source
select release_id, sizes, report, warnings from fleet.releases
where app_id = %(app_id)s and source_key = %(source_key)s order by n desc limit 1;

-- name: manifest
select manifest from fleet.releases where app_id = %(app_id)s and release_id = %(release_id)s;

-- name: named
-- By the whole name or by how it begins.
select release_id from fleet.releases
where app_id = %(app_id)s and release_id >= %(name)s and release_id < %(name)s || 'g' order by release_id limit 2;

-- name: listed
select release_id, app_version, build_id, sizes, warnings, created_at,
    array(select environment from fleet.pointers
          where pointers.app_id = releases.app_id and pointers.release_id = releases.release_id order by 1)
from fleet.releases where app_id = %(app_id)s and n < %(before)s order by n desc limit %(count)s;

-- name: contents
select sha256, content from fleet.artifacts where sha256 = any(%(hashes)s);
