-- name: append
-- The same event decided twice is one row.
insert into fleet.outbox (app_id, event_id, kind, envelope)
select %(app_id)s, event_id, kind, envelope
from unnest(%(event_ids)b::text[], %(kinds)b::text[], %(envelopes)b::text[]) as row (event_id, kind, envelope)
on conflict do nothing;

-- name: claim
-- What nobody has published in time, oldest first; a row that another relay holds is left to it.
select app_id, event_id, kind, envelope from fleet.outbox
where next_try_at <= clock_timestamp() order by n limit %(count)s for update skip locked;

-- name: published
delete from fleet.outbox using unnest(%(app_ids)s::text[], %(event_ids)b::text[]) as row (app_id, event_id)
where outbox.app_id = row.app_id and outbox.event_id = row.event_id;

-- name: refused
-- Nobody could take it: try again later and let its neighbours pass.
update fleet.outbox set tries = tries + 1,
    next_try_at = clock_timestamp() + least(interval '1 s' * 2 ^ least(tries, 8), interval '5 min')
from unnest(%(app_ids)s::text[], %(event_ids)b::text[]) as row (app_id, event_id)
where outbox.app_id = row.app_id and outbox.event_id = row.event_id;

-- name: backlog
select count(*), coalesce(extract(epoch from clock_timestamp() - min(written_at)), 0)::float8 from fleet.outbox;

-- name: set_right
-- Written in the future: the clock has gone back since, and what is owed would wait until it has caught up.
update fleet.outbox set written_at = clock_timestamp(), next_try_at = clock_timestamp()
where written_at > clock_timestamp();
