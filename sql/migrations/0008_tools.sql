-- Calls of tools: who waits for whom, what each waits for, and until when.

-- Whoever admits or releases a call of a message holds its row: whose turn is next is decided by one at a time.
create table fleet.tool_messages (
    app_id       text collate "C" not null,
    message_id   text not null,
    cancelled_at timestamptz,
    begun_at     timestamptz not null default now(),
    primary key (app_id, message_id)
) with (fillfactor = 50);

-- waiting    an earlier call of the message touches the same, and is not through with it
-- running    it is at work
-- published  it asked for something with an event, and waits for the answer (`waits_for` is the event's id)
-- stored     its file is there, and the preview has yet to come to it (`waits_for` is 'preview')
-- shown      the preview has come to it, and a page is open that has yet to say so (`waits_for` is 'page')
-- completed, failed
--
-- It is looked at again when it is due, and ended when its time is over.
create table fleet.tool_calls (
    app_id     text collate "C" not null,
    message_id text not null,
    iteration  integer not null,
    tool_index integer not null,
    tool       text not null,
    state      text not null,
    attempt    integer not null default 1,
    touches    text[] not null default '{}',
    cause      text not null,
    arguments  text,
    waits_for  text,
    version    bigint,
    revision   bigint,
    details    text not null default '{}',
    called_at  timestamptz not null default clock_timestamp(),
    due_at     timestamptz not null,
    ends_at    timestamptz not null,
    primary key (app_id, message_id, iteration, tool_index)
) with (fillfactor = 70);
create index on fleet.tool_calls (app_id, waits_for) where waits_for is not null;
create index on fleet.tool_calls (due_at) where state not in ('completed', 'failed');
create index on fleet.tool_messages using brin (begun_at);
create index on fleet.tool_calls using brin (called_at);

do $$
declare
    bearer text;
begin
    foreach bearer in array array['tool_messages', 'tool_calls'] loop
        execute format('alter table fleet.%I enable row level security', bearer);
        execute format('alter table fleet.%I force row level security', bearer);
        execute format('create policy own_app on fleet.%I to fleet_worker
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer);
        execute format('create policy every_app on fleet.%I to fleet_relay using (true)', bearer);
        execute format('grant select, delete on fleet.%I to fleet_relay', bearer);
        execute format('grant select, insert, update on fleet.%I to fleet_worker', bearer);
    end loop;
end $$;

-- Any worker may find what nobody has ended in time; to end it, it must say whose it is.
create policy overdue on fleet.tool_calls for select to fleet_worker
    using (due_at < now() and state not in ('completed', 'failed'));
