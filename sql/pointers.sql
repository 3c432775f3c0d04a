-- name: read
select n, release_id, previous_release_id, canary_release_id, canary_percent, deployment_id from fleet.pointers
where app_id = %(app_id)s and environment = %(environment)s;

-- name: flip
insert into fleet.pointers as pointers (app_id, environment, n, release_id, previous_release_id, canary_release_id,
                                        canary_percent, deployment_id, target)
values (%(app_id)s, %(environment)s, %(past)s + 1, %(release_id)s, %(previous_release_id)s, %(canary_release_id)s,
        %(canary_percent)s, %(deployment_id)s, %(target)s)
on conflict (app_id, environment) do update set n = greatest(pointers.n, %(past)s) + 1, release_id = excluded.release_id,
    previous_release_id = excluded.previous_release_id, canary_release_id = excluded.canary_release_id,
    canary_percent = excluded.canary_percent, deployment_id = excluded.deployment_id, target = excluded.target,
    updated_at = clock_timestamp()
returning n;

-- name: list
select environment, n, release_id, previous_release_id, canary_release_id, canary_percent, deployment_id, target,
    updated_at
from fleet.pointers where app_id = %(app_id)s order by environment;
