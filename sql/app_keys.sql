-- name: read
select (select tier from fleet.apps where apps.app_id = %(app_id)s),
    coalesce((select json_agg(json_build_array(key_id, sealed) order by created_at desc) from fleet.app_keys
              where app_keys.app_id = %(app_id)s), '[]'),
    issuer.app_id is not null, jwks_url, sealed
from (select %(app_id)s::text as app_id) as wanted
left join fleet.app_issuers as issuer on issuer.app_id = wanted.app_id;

-- name: lock
select pg_advisory_xact_lock(hashtextextended(%(app_id)s::text, 7));

-- name: add
insert into fleet.app_keys (app_id, key_id, sealed) select %(app_id)s, %(key_id)s, %(sealed)s
where not %(first)s or not exists (select from fleet.app_keys as other where other.app_id = %(app_id)s);

-- name: believe
insert into fleet.app_issuers (app_id, jwks_url, sealed) values (%(app_id)s, %(jwks_url)s, %(sealed)s)
on conflict (app_id) do update set jwks_url = excluded.jwks_url, sealed = excluded.sealed, updated_at = now();

-- name: believe_nobody
delete from fleet.app_issuers where app_id = %(app_id)s;
