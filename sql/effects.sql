-- name: settled
select from fleet.inbox
where app_id = %(app_id)s and actor = %(actor)s and source = %(source)s and event_id = %(event_id)s;

-- name: claim
-- Whoever comes second gets nothing while the first one's lease runs; afterwards it goes on from the journal.
insert into fleet.effects as effects (app_id, actor, source, event_id, lease_until)
values (%(app_id)s, %(actor)s, %(source)s, %(event_id)s, clock_timestamp() + %(seconds)s * interval '1 s')
on conflict (app_id, actor, source, event_id) do update
    set fence = effects.fence + 1, lease_until = excluded.lease_until
    where effects.lease_until < clock_timestamp()
returning fence, journal;

-- name: journal
update fleet.effects set journal = journal || %(entry)s, lease_until = clock_timestamp() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and actor = %(actor)s and source = %(source)s and event_id = %(event_id)s
    and fence = %(fence)s
returning true;

-- name: renew
update fleet.effects set lease_until = clock_timestamp() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and actor = %(actor)s and source = %(source)s and event_id = %(event_id)s
    and fence = %(fence)s;

-- name: let_go
update fleet.effects set lease_until = '-infinity'
where app_id = %(app_id)s and actor = %(actor)s and source = %(source)s and event_id = %(event_id)s
    and fence = %(fence)s;

-- name: release
delete from fleet.effects
where app_id = %(app_id)s and actor = %(actor)s and source = %(source)s and event_id = %(event_id)s
    and fence = %(fence)s
returning true;
