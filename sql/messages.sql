-- name: said
-- What was said of a message's tools, and the head of the same moment: a stream goes on from there without a gap.
select heads.seq, said.seq, said.kind, said.message_id, said.body
from fleet.progress_heads as heads cross join lateral (
    select seq, kind, message_id, body from fleet.progress
    where app_id = %(app_id)s and message_id = %(message_id)s and kind in ('progress', 'tool-completed', 'tool-failed')
    order by seq limit %(count)s
) as said
where heads.app_id = %(app_id)s order by said.seq;
