-- name: hold
-- Whoever holds the message decides alone whose turn it is. A row that is there is locked, and not written anew.
insert into fleet.tool_messages as message (app_id, message_id) values (%(app_id)s, %(message_id)s)
on conflict (app_id, message_id) do update set app_id = excluded.app_id where false;

-- name: cancel
insert into fleet.tool_messages as message (app_id, message_id, cancelled_at)
values (%(app_id)s, %(message_id)s, now())
on conflict (app_id, message_id) do update set cancelled_at = now();

-- name: admit
-- A call that is known is let in again only if it has failed. An app begins with its first call as with its first file.
with founded as (
    insert into fleet.apps (app_id) values (%(app_id)s) on conflict do nothing
), message as (
    select cancelled_at is not null as cancelled from fleet.tool_messages
    where app_id = %(app_id)s and message_id = %(message_id)s
), arrived as (
    select case when message.cancelled or %(refused)s::boolean then 'failed' when exists (
        select from fleet.tool_calls as earlier
        where app_id = %(app_id)s and message_id = %(message_id)s
            and (iteration, tool_index) < (%(iteration)s::integer, %(tool_index)s::integer)
            and state in ('waiting', 'running', 'published')
            and (touches && %(touches)s::text[]
                or '*' = any(touches) and %(touches)s::text[] <> '{}'
                or '*' = any(%(touches)s::text[]) and touches <> '{}')
    ) then 'waiting' else 'running' end as state, cancelled
    from message
)
insert into fleet.tool_calls as known
    (app_id, message_id, iteration, tool_index, tool, state, touches, cause, arguments, due_at, ends_at)
select %(app_id)s, %(message_id)s, %(iteration)s, %(tool_index)s, %(tool)s, state, %(touches)s, %(cause)s,
    case when state = 'waiting' or %(kept)s::boolean then %(arguments)s::text end,
    until, until
from arrived, (select clock_timestamp() + %(seconds)s * interval '1 s' as until) as time
on conflict (app_id, message_id, iteration, tool_index) do update set tool = excluded.tool, state = excluded.state,
    attempt = known.attempt + 1, touches = excluded.touches, cause = excluded.cause, arguments = excluded.arguments,
    waits_for = null, version = null, revision = null, details = '{}', called_at = excluded.called_at,
    due_at = excluded.due_at, ends_at = excluded.ends_at
    where known.state = 'failed'
returning state, attempt, (select cancelled from arrived);

-- name: find
select message_id, iteration, tool_index, tool, state, attempt, cause, arguments, version, revision, details,
    extract(epoch from clock_timestamp() - called_at)::float8, ends_at < clock_timestamp()
from fleet.tool_calls
where app_id = %(app_id)s and message_id = %(message_id)s and iteration = %(iteration)s
    and tool_index = %(tool_index)s for update;

-- name: ready
-- Those whose turn it is: nothing before them touches the same. None of them touches what another of them does.
select message_id, iteration, tool_index, tool, state, attempt, cause, arguments, version, revision, details,
    extract(epoch from clock_timestamp() - called_at)::float8, ends_at < clock_timestamp()
from fleet.tool_calls as call
where app_id = %(app_id)s and message_id = %(message_id)s and state = 'waiting' and not exists (
    select from fleet.tool_calls as earlier
    where earlier.app_id = call.app_id and earlier.message_id = call.message_id
        and (earlier.iteration, earlier.tool_index) < (call.iteration, call.tool_index)
        and earlier.state in ('waiting', 'running', 'published')
        and (earlier.touches && call.touches
            or '*' = any(earlier.touches) and call.touches <> '{}'
            or '*' = any(call.touches) and earlier.touches <> '{}')
) order by iteration, tool_index for update;

-- name: stoppable
select message_id, iteration, tool_index, tool, state, attempt, cause, arguments, version, revision, details,
    extract(epoch from clock_timestamp() - called_at)::float8, ends_at < clock_timestamp()
from fleet.tool_calls
where app_id = %(app_id)s and message_id = %(message_id)s and state in ('waiting', 'running')
order by iteration, tool_index for update;

-- name: answered
-- Not locked: whoever ends it holds its message first.
select message_id, iteration, tool_index from fleet.tool_calls
where app_id = %(app_id)s and waits_for = %(event_id)s;

-- name: looking
-- What waits for the preview, or for a page that shows it.
select message_id, iteration, tool_index, tool, state, attempt, cause, arguments, version, revision, details,
    extract(epoch from clock_timestamp() - called_at)::float8, ends_at < clock_timestamp()
from fleet.tool_calls where app_id = %(app_id)s and waits_for in ('preview', 'page')
order by message_id, iteration, tool_index for update;

-- name: overdue
select app_id, message_id, iteration, tool_index from fleet.tool_calls
where state not in ('completed', 'failed') and due_at < now() order by due_at limit %(count)s;

-- name: run
-- It is at work from now on, for the so-manieth time; where no time is given, what it was given still holds.
update fleet.tool_calls set state = 'running', attempt = %(attempt)s,
    due_at = coalesce(clock_timestamp() + %(seconds)s::float8 * interval '1 s', due_at),
    ends_at = coalesce(clock_timestamp() + %(seconds)s::float8 * interval '1 s', ends_at)
where app_id = %(app_id)s and message_id = %(message_id)s and iteration = %(iteration)s
    and tool_index = %(tool_index)s and state in ('waiting', 'running') and attempt <= %(attempt)s
returning message_id, iteration, tool_index, tool, state, attempt, cause, arguments, version, revision, details,
    extract(epoch from clock_timestamp() - called_at)::float8, ends_at < clock_timestamp();

-- name: at_work
-- And nobody ends it until the commit.
select from fleet.tool_calls
where app_id = %(app_id)s and message_id = %(message_id)s and iteration = %(iteration)s
    and tool_index = %(tool_index)s and state = 'running' and attempt = %(attempt)s for share;

-- name: move
update fleet.tool_calls set state = %(state)s, waits_for = %(waits_for)s, version = %(version)s,
    revision = %(revision)s, details = %(details)s, arguments = null,
    due_at = clock_timestamp() + least(%(seconds)s::float8, %(pause)s::float8) * interval '1 s',
    ends_at = clock_timestamp() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and message_id = %(message_id)s and iteration = %(iteration)s
    and tool_index = %(tool_index)s;

-- name: look_later
update fleet.tool_calls set due_at = least(ends_at, clock_timestamp() + %(pause)s * interval '1 s')
where app_id = %(app_id)s and message_id = %(message_id)s and iteration = %(iteration)s
    and tool_index = %(tool_index)s;

-- name: preview
-- How far the preview is, and the newest of its last revisions that a page has shown.
select version, revision, status, failure, (
    select revision from (
        select revision, acknowledged from fleet.preview_revisions
        where app_id = %(app_id)s order by revision desc limit %(count)s
    ) as lately where acknowledged is not null order by revision desc limit 1
) from fleet.previews where app_id = %(app_id)s;

-- name: text
-- The content of one file, where it is not too large for a tool.
select bytes, case when bytes <= %(most)s then content end
from fleet.files join fleet.blobs using (sha256) where app_id = %(app_id)s and path = %(path)s;

-- name: containing
-- Files that have some text in them, of those whose path is like this.
select path, content from fleet.files join fleet.blobs using (sha256)
where app_id = %(app_id)s and bytes <= %(most)s and path like %(pattern)s
    and position(%(needle)b::bytea in content) > 0
order by path limit %(count)s;

-- name: forget
with old as (
    delete from fleet.tool_calls where ctid = any (array(
        select ctid from fleet.tool_calls
        where called_at < now() - %(keep)s and state in ('completed', 'failed') limit %(count)s))
    returning true
), gone as (
    delete from fleet.tool_messages where ctid = any (array(
        select ctid from fleet.tool_messages where begun_at < now() - %(keep)s limit %(count)s))
    returning true
)
select (select count(*) from old) + (select count(*) from gone);
