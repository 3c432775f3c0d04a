-- name: tree
select content from fleet.dependency_trees join fleet.blobs using (sha256) where question = %(question)s;

-- name: add_tree
insert into fleet.dependency_trees (question, sha256) values (%(question)s, %(sha256)s) on conflict do nothing;

-- name: bundle
select name, manifest from fleet.dependency_sets where key = %(key)s;

-- name: add_bundle
-- Two sets may come out as the same bundle; its name is in the addresses of its files.
insert into fleet.dependency_sets (key, name, manifest) values (%(key)s, %(name)s, %(manifest)s) on conflict do nothing;

-- name: add_files
insert into fleet.dependency_files (name, file, sha256)
select %(name)s, file, sha256 from unnest(%(files)s::text[], %(hashes)b::bytea[]) as row (file, sha256)
on conflict do nothing;

-- name: file
select content from fleet.dependency_files join fleet.blobs using (sha256)
where name = %(name)s and file = %(file)s;

-- name: claim
insert into fleet.dependency_claims as held (key, owner, until)
values (%(key)s, %(owner)s, clock_timestamp() + %(seconds)s * interval '1 s')
on conflict (key) do update set owner = excluded.owner, until = excluded.until
where held.owner = excluded.owner or held.until < clock_timestamp()
returning true;

-- name: release
delete from fleet.dependency_claims where key = %(key)s and owner = %(owner)s;
