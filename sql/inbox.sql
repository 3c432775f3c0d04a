-- name: enter
-- A second delivery inserts nothing; one that runs at the same time waits here for the first to commit.
insert into fleet.inbox (app_id, actor, source, event_id)
values (%(app_id)s, %(actor)s, %(source)s, %(event_id)s) on conflict do nothing
returning true;

-- name: begin
-- A statement does not see what it writes itself.
with begun as (
    insert into fleet.inbox (app_id, actor, source, event_id)
    values (%(app_id)s, %(actor)s || ' began ' || %(occasion)s, %(source)s, %(event_id)s) on conflict do nothing
    returning true
)
select (select count(*) from begun) + count(*) from fleet.inbox
where app_id = %(app_id)s and starts_with(actor, %(actor)s || ' began ') and source = %(source)s
    and event_id = %(event_id)s;

-- name: forget
delete from fleet.inbox where ctid = any (array(
    select ctid from fleet.inbox where settled_at < now() - %(keep)s limit %(count)s));
