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

-- name: forget
-- All but an app's newest; never what an environment serves, or may come back to, or what is on its way there. What
-- they were made of goes with them, unless another release has it, or somebody has touched it for one that is coming.
with crowded as (
    select app_id from fleet.releases group by app_id having count(*) > %(most)s limit %(count)s
), ranked as (
    select app_id, release_id, created_at, row_number() over (partition by app_id order by n desc) as nth
    from fleet.releases where app_id in (select app_id from crowded)
), gone as (
    delete from fleet.releases using ranked
    where releases.app_id = ranked.app_id and releases.release_id = ranked.release_id
        and nth > %(most)s and ranked.created_at < now() - %(keep)s
        and not exists (
            select from fleet.pointers where pointers.app_id = ranked.app_id
                and ranked.release_id in (pointers.release_id, previous_release_id, canary_release_id))
        and not exists (
            select from fleet.deployments where deployments.app_id = ranked.app_id
                and deployments.release_id = ranked.release_id and ended_at is null)
    returning releases.app_id, releases.release_id
), parted as (
    delete from fleet.release_artifacts using gone
    where release_artifacts.app_id = gone.app_id and release_artifacts.release_id = gone.release_id
    returning sha256
), emptied as (
    delete from fleet.artifacts
    where sha256 in (select sha256 from parted) and touched_at < now() - %(keep)s
        and not exists (
            select from fleet.release_artifacts as others where others.sha256 = artifacts.sha256
                and not exists (select from gone where gone.app_id = others.app_id and gone.release_id = others.release_id))
)
select count(*) from gone;
