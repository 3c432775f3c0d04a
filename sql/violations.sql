-- name: record
with counted as (
    insert into fleet.violations as known (app_id, minute, reason, caller, subject, detail)
    values (%(app_id)s, date_trunc('minute', now()), %(reason)s, %(caller)s, %(subject)s, %(detail)s)
    on conflict (app_id, minute, reason, caller) do update set count = known.count + 1
    returning minute, reason, count
)
select coalesce(sum(count), 0) + (select count from counted) from fleet.violations as earlier
where app_id = %(app_id)s and minute > now() - interval '10 min' and caller = %(caller)s
    and (minute, reason) <> (select minute, reason from counted);

-- name: suspend
insert into fleet.suspensions as known (app_id, caller, until)
values (%(app_id)s, %(caller)s, now() + make_interval(secs => %(seconds)s))
on conflict (app_id, caller) do update set until = excluded.until where known.until < now();

-- name: newest
select to_json(minute) #>> '{}', reason, subject, detail, count from fleet.violations
where app_id = %(app_id)s order by minute desc, reason limit %(count)s;

-- name: forget
with violations as (
    delete from fleet.violations where ctid = any (array(
        select ctid from fleet.violations where minute < now() - %(keep)s limit 5000)) returning 1
), suspensions as (
    delete from fleet.suspensions where ctid = any (array(
        select ctid from fleet.suspensions where until < now() limit 5000)) returning 1
), sessions as (
    delete from fleet.end_sessions where ctid = any (array(
        select ctid from fleet.end_sessions where expires_at < now() limit 5000)) returning 1
), tokens as (
    delete from fleet.refresh_tokens where ctid = any (array(
        select ctid from fleet.refresh_tokens where issued_at < now() - interval '90 days' limit 5000)) returning 1
)
select (select count(*) from violations) + (select count(*) from suspensions)
    + (select count(*) from sessions) + (select count(*) from tokens);
