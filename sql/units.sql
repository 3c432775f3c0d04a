-- name: facts
select key, facts, length(code) from fleet.units where key = any(%(keys)s);

-- name: code
select key, code, map from fleet.units where key = any(%(keys)s);

-- name: add
insert into fleet.units (key, facts, code, map)
select key, facts, code, map
from unnest(%(keys)b::bytea[], %(facts)b::text[], %(codes)b::text[], %(maps)b::text[]) as unit (key, facts, code, map)
order by key
on conflict do nothing;

-- name: contents
select sha256, content from fleet.blobs where sha256 = any(%(hashes)s);
