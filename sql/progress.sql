-- name: append
-- The head's row lock is taken here and held until the commit, so that commits happen in the order of numbers:
-- this must be the last statement of its transaction.
with head as (
    insert into fleet.progress_heads as heads (app_id, seq) values (%(app_id)s, %(count)s)
    on conflict (app_id) do update set seq = heads.seq + excluded.seq
    returning seq
), written as (
    insert into fleet.progress (app_id, seq, kind, event_id, story_id, message_id, body)
    select %(app_id)s, head.seq - %(count)s + step.n, step.kind, step.event_id, step.story_id, step.message_id, step.body
    from head, unnest(%(kinds)b::text[], %(event_ids)b::text[], %(story_ids)b::text[], %(message_ids)b::text[],
                      %(bodies)b::text[]) with ordinality as step (kind, event_id, story_id, message_id, body, n)
)
select seq from head;

-- name: after
-- One page of history behind a cursor.
select seq, kind, message_id, body from fleet.progress
where app_id = %(app_id)s and seq > %(seq)s order by seq limit %(count)s;

-- name: heads
select app_id, seq from fleet.progress_heads where app_id = any(%(app_ids)s);

-- name: oldest
select seq from fleet.progress where app_id = %(app_id)s order by seq limit 1;

-- name: look_for
-- What the rest of the transaction may see, besides its app.
select set_config('fleet.story_id', %(story_id)s, true);

-- name: story
-- Of the apps that are named, or of all: each is looked into by its index. One over all of them would be paid for at
-- every step, and is wanted by hardly anybody. Twice the count shows that a second app has the story, too.
select heads.app_id, found.seq, found.kind, found.message_id, found.body
from fleet.progress_heads as heads cross join lateral (
    select seq, kind, message_id, body from fleet.progress
    where progress.app_id = heads.app_id and story_id = %(story_id)s order by seq limit %(count)s
) as found
where %(app_ids)s::text[] is null or heads.app_id = any (%(app_ids)s::text[])
order by heads.app_id, found.seq limit 2 * %(count)s;

-- name: epoch
select fleet.current_epoch();

-- name: bump_epoch
update fleet.epoch set bumps = bumps + 1;

-- name: active
select count(distinct app_id) from fleet.progress where at > now() - %(keep)s;

-- name: forget
-- Always from the beginning of an app's history, never out of its middle: a stream that would need what is gone
-- sees it by the first number it gets.
with old as (
    select app_id, max(seq) as seq from (
        select app_id, seq from fleet.progress where at < now() - %(keep)s limit %(count)s
    ) as aged group by app_id
)
delete from fleet.progress using old where progress.app_id = old.app_id and progress.seq <= old.seq;
