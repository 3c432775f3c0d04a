-- name: want
insert into fleet.lanes as lanes (app_id, lane, wanted, cause) values (%(app_id)s, %(lane)s, 1, %(cause)s)
on conflict (app_id, lane) do update set wanted = lanes.wanted + 1, cause = excluded.cause;

-- name: want_once
-- An event that was settled before wants nothing more, and there is no row.
with entered as (
    insert into fleet.inbox (app_id, actor, source, event_id)
    values (%(app_id)s, %(lane)s, %(source)s, %(event_id)s) on conflict do nothing
    returning true
)
insert into fleet.lanes as lanes (app_id, lane, wanted, cause)
select %(app_id)s, %(lane)s, 1, %(cause)s from entered
on conflict (app_id, lane) do update set wanted = lanes.wanted + 1, cause = excluded.cause
returning true;

-- name: take
-- Only where something is wanted and nobody works on it; the fence tells the old holder from the new. Whoever has the
-- lease need not wait for the disk: the commit that settles the turn does.
with taken as (
    update fleet.lanes set fence = fence + 1, lease_until = clock_timestamp() + %(seconds)s * interval '1 s'
    where app_id = %(app_id)s and lane = %(lane)s and done < wanted and lease_until < clock_timestamp()
    returning app_id, lane, fence, wanted, tries, cause
)
select app_id, lane, fence, wanted, tries, cause from taken
where set_config('synchronous_commit', 'off', true) is not null;

-- name: renew
-- Not what has been finished or put off meanwhile: it would be held by nobody.
update fleet.lanes set lease_until = clock_timestamp() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and lane = %(lane)s and fence = %(fence)s and done < %(wanted)s and tries = %(tries)s
returning true;

-- name: finish
-- Done up to what was wanted when the turn began. Whether more is wanted is seen under the same row lock that would
-- raise it: either this turn goes on, or the next event finds the lane free.
with finished as (
    update fleet.lanes set done = greatest(done, %(wanted)s), tries = 0,
        lease_until = case when wanted > %(wanted)s then lease_until else '-infinity' end
    where app_id = %(app_id)s and lane = %(lane)s and fence = %(fence)s
    returning app_id, lane, fence, wanted, tries, cause
)
select app_id, lane, fence, wanted, tries, cause from finished
union all
select '', '', 0, 0, 0, ''
where case when exists (select from finished) then false else fleet.refuse('the lease is lost') end;

-- name: hold
-- Nobody takes it before this transaction ends; it fails where somebody has.
with held as (
    select from fleet.lanes where app_id = %(app_id)s and lane = %(lane)s and fence = %(fence)s for update
)
select case when exists (select from held) then true else fleet.refuse('the lease is lost') end;

-- name: put_off
-- A new fence, so that a renewal on its way does not take it back.
update fleet.lanes set tries = tries + %(failures)s, fence = fence + 1,
    lease_until = clock_timestamp() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and lane = %(lane)s and fence = %(fence)s;

-- name: abandoned
-- A lane may have parts: "run_deploy/production" is one of "run_deploy".
select app_id, lane from fleet.lanes
where split_part(lane, '/', 1) = %(lane)s and done < wanted and lease_until < clock_timestamp()
order by lease_until limit %(count)s;
