-- A chat message's tools are read whole by whoever comes to it: what they said is found by the message.
create index on fleet.progress (app_id, message_id, seq)
    where message_id is not null and kind in ('progress', 'tool-completed', 'tool-failed');
