-- name: facts
select key, facts, length(code) from fleet.units where key = any(%(keys)s);

-- name: code
select key, code, map from fleet.units where key = any(%(keys)s);

-- name: add
insert into fleet.units (key, facts, code, map)
select key, facts, code, map
from unnest(%(keys)b::bytea[], %(facts)s::text[], %(codes)s::text[], %(maps)s::text[]) as unit (key, facts, code, map)
order by key
on conflict do nothing;

-- name: dependency_set
select name, manifest from fleet.dependency_sets where key = %(key)s;

-- name: add_dependency_set
insert into fleet.dependency_sets (key, name, manifest) values (%(key)s, %(name)s, %(manifest)s) on conflict do nothing;

-- name: add_dependency_files
insert into fleet.dependency_files (name, file, sha256)
select %(name)s, file, sha256 from unnest(%(files)s::text[], %(hashes)b::bytea[]) as row (file, sha256)
on conflict do nothing;

-- name: dependency_file
select content from fleet.dependency_files join fleet.blobs using (sha256)
where name = %(name)s and file = %(file)s;

-- name: contents
select sha256, content from fleet.blobs where sha256 = any(%(hashes)s);
