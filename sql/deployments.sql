-- name: ask
-- One that waited for its build goes on with it; any other event asks for a new one. A repeat changes nothing.
with known as (
    update fleet.deployments set build_id = coalesce(build_id, %(build_id)s),
        status = case when status = 'building' then 'queued' else status end
    where app_id = %(app_id)s and waits_for = %(causation_id)s
    returning true
)
insert into fleet.deployments (app_id, deployment_id, environment, event_id, story_id, cause, kind, target, build_id,
                               release_id, canary_percent)
select %(app_id)s, %(deployment_id)s, %(environment)s, %(event_id)s, %(story_id)s, %(cause)s, %(kind)s, %(target)s,
    %(build_id)s, %(release_id)s, %(canary_percent)s::integer
where not exists (select from known)
on conflict do nothing;

-- name: lose
-- The build that it waited for will not come.
update fleet.deployments set status = 'lost', reason = %(reason)s
where app_id = %(app_id)s and waits_for = %(causation_id)s and status = 'building';

-- name: pending
-- What has not ended, in the order in which it was asked for; and whether the pointer is its doing.
select ours.deployment_id, ours.n, ours.kind, ours.status, ours.step, ours.reason, ours.cause, ours.target,
    ours.build_id, ours.release_id, ours.from_release_id, ours.canary_percent, ours.tries, ours.before, ours.returns,
    coalesce(pointers.deployment_id = ours.deployment_id, false)
from fleet.deployments as ours left join fleet.pointers using (app_id, environment)
where app_id = %(app_id)s and environment = %(environment)s and ours.status in ('queued', 'building', 'running', 'lost')
order by ours.n;

-- name: newer
select exists (
    select from fleet.deployments
    where app_id = %(app_id)s and environment = %(environment)s and n > %(n)s and status = 'queued'
);

-- name: begin
update fleet.deployments set status = 'running', tries = tries + 1, release_id = %(release_id)s,
    started_at = coalesce(started_at, clock_timestamp())
where app_id = %(app_id)s and deployment_id = %(deployment_id)s;

-- name: step
update fleet.deployments set step = %(step)s, reason = coalesce(%(reason)s, reason)
where app_id = %(app_id)s and deployment_id = %(deployment_id)s;

-- name: flipped
update fleet.deployments set step = 'flip', before = %(before)s, from_release_id = %(from_release_id)s,
    reading = %(reading)s
where app_id = %(app_id)s and deployment_id = %(deployment_id)s;

-- name: wait_for
update fleet.deployments set status = 'building', waits_for = %(event_id)s
where app_id = %(app_id)s and deployment_id = %(deployment_id)s;

-- name: finish
update fleet.deployments set status = %(status)s, reason = %(reason)s, ended_at = clock_timestamp(),
    seconds = extract(epoch from clock_timestamp() - requested_at),
    watched_until = clock_timestamp() + %(watch)s * interval '1 s', looked_at = clock_timestamp()
where app_id = %(app_id)s and deployment_id = %(deployment_id)s
returning seconds;

-- name: built
-- What came of a build.
select release_id, status from fleet.builds where app_id = %(app_id)s and build_id = %(build_id)s;

-- name: before
-- What was shown when a release last came to be.
select from_release_id from fleet.deployments
where app_id = %(app_id)s and environment = %(environment)s and release_id = %(release_id)s and kind = 'deploy'
    and status in ('succeeded', 'returned') and from_release_id <> release_id
order by n desc limit 1;

-- name: page
select deployment_id, n, environment, kind, target, status, step, reason, build_id, release_id, from_release_id,
    canary_percent, seconds, story_id, requested_at, ended_at
from fleet.deployments
where app_id = %(app_id)s and n < %(before)s and (%(environment)s::text is null or environment = %(environment)s)
order by n desc limit %(count)s;

-- name: to_watch
-- At first every second, then more and more rarely.
select app_id, deployment_id from fleet.deployments
where watched_until is not null
    and looked_at + greatest(interval '1 s', (looked_at - ended_at) / 4) < clock_timestamp()
order by looked_at limit %(count)s;

-- name: look
-- One worker looks; the look after its end is the last.
update fleet.deployments set looked_at = clock_timestamp(),
    watched_until = case when watched_until > clock_timestamp() then watched_until end
where app_id = %(app_id)s and deployment_id = %(deployment_id)s
    and watched_until is not null
    and looked_at + greatest(interval '1 s', (looked_at - ended_at) / 4) < clock_timestamp()
returning environment, target, release_id, cause, reading, before;

-- name: note_reading
update fleet.deployments set reading = %(reading)s where app_id = %(app_id)s and deployment_id = %(deployment_id)s;

-- name: sicken
-- Ask for the return of what was shown before, once, unless something newer is shown or asked for.
with sick as (
    update fleet.deployments set watched_until = null, reason = %(reason)s
    where app_id = %(app_id)s and deployment_id = %(deployment_id)s and watched_until is not null
    returning *
)
insert into fleet.deployments (app_id, deployment_id, environment, event_id, story_id, cause, kind, target, returns, reason)
select app_id, 'return of ' || deployment_id, environment, event_id, story_id, cause, 'return', target, deployment_id,
    %(reason)s
from sick
on conflict do nothing
returning environment, cause;

-- name: before_it
select before from fleet.deployments where app_id = %(app_id)s and deployment_id = %(deployment_id)s;

-- name: taken_back
update fleet.deployments set status = 'returned', reason = %(reason)s
where app_id = %(app_id)s and deployment_id = %(deployment_id)s;
