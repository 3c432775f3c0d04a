-- name: create
with added as (
    insert into fleet.end_users (app_id, data_env, user_id, email, password)
    values (%(app_id)s, %(data_env)s, %(user_id)s, %(email)s, %(password)s)
    on conflict do nothing returning user_id
)
insert into fleet.memberships (app_id, data_env, subject, hash)
select %(app_id)s, %(data_env)s, user_id::text, %(hash)s from added;

-- name: name
update fleet.end_users set email = %(email)s, password = %(password)s
where app_id = %(app_id)s and data_env = %(data_env)s and user_id = %(user_id)s and email is null;

-- name: by_email
select user_id, email, password from fleet.end_users
where app_id = %(app_id)s and data_env = %(data_env)s and email = %(email)s;

-- name: by_id
select user_id, email, password from fleet.end_users
where app_id = %(app_id)s and data_env = %(data_env)s and user_id = %(user_id)s;

-- name: begin
with seen as (
    update fleet.end_users set signed_in_at = now()
    where app_id = %(app_id)s and data_env = %(data_env)s and user_id = %(user_id)s
), begun as (
    insert into fleet.end_sessions (app_id, session_id, data_env, user_id, expires_at)
    values (%(app_id)s, %(session_id)s, %(data_env)s, %(user_id)s, now() + make_interval(days => %(days)s))
)
insert into fleet.refresh_tokens (app_id, hash, session_id) values (%(app_id)s, %(hash)s, %(session_id)s);

-- name: refresh
-- The session's row is locked, so that of two who come at once each sees what the other did. Two tabs of one page come
-- within seconds of each other, and a page whose answer got lost asks again: neither is a thief.
with session as (
    select end_sessions.session_id, end_sessions.user_id from fleet.end_sessions
    where end_sessions.app_id = %(app_id)s and data_env = %(data_env)s and ended is null and expires_at > now()
        and session_id = (select found.session_id from fleet.refresh_tokens as found
                          where found.app_id = %(app_id)s and found.hash = %(old)s)
    for update
), used as (
    update fleet.refresh_tokens set used_at = coalesce(used_at, now())
    from session
    where refresh_tokens.app_id = %(app_id)s and refresh_tokens.hash = %(old)s
    returning refresh_tokens.session_id, user_id, used_at < now() - interval '10 s' as reused
), ended as (
    update fleet.end_sessions set ended = 'reused' from used
    where end_sessions.app_id = %(app_id)s and end_sessions.session_id = used.session_id and used.reused
), renewed as (
    insert into fleet.refresh_tokens (app_id, hash, session_id)
    select %(app_id)s, %(new)s, session_id from used where not reused
)
select session_id, user_id, reused from used;

-- name: end
update fleet.end_sessions set ended = %(because)s
where app_id = %(app_id)s and ended is null and (session_id = %(session_id)s or %(everywhere)s and
    (data_env, user_id) = (select one.data_env, one.user_id from fleet.end_sessions as one
                           where one.app_id = %(app_id)s and one.session_id = %(session_id)s));

-- name: standing
select
    (select hash from fleet.memberships
     where app_id = %(app_id)s and data_env = %(data_env)s and subject = %(subject)s),
    %(session_id)s::uuid is not null and not exists (
        select from fleet.end_sessions
        where app_id = %(app_id)s and session_id = %(session_id)s and data_env = %(data_env)s
            and ended is null and expires_at > now()),
    exists (select from fleet.suspensions where app_id = %(app_id)s and caller = %(caller)s and until > now());

-- name: admit
insert into fleet.memberships (app_id, data_env, subject, hash)
values (%(app_id)s, %(data_env)s, %(subject)s, %(hash)s) on conflict do nothing;
