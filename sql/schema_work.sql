-- name: add
-- Numbers come from where those of tables and columns come from.
with numbered as (
    update rt.schemas set next_id = next_id + 1 where app_id = %(app_id)s returning next_id - 1 as work_id
)
insert into rt.schema_work (app_id, work_id, kind, table_id, rules, fields, change, cause, undo)
select %(app_id)s, work_id, %(kind)s, %(table_id)s, %(rules)s::integer[], %(fields)s::integer[], %(change)s, %(cause)s,
    %(undo)s::jsonb
from numbered;

-- name: left_over
select app_id, work_id from rt.schema_work where lease_until < now() order by lease_until limit %(count)s;

-- name: take
update rt.schema_work set fence = fence + 1, lease_until = now() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and work_id = %(work_id)s and lease_until < now()
returning app_id, work_id, kind, table_id, rules, fields, change, cause, undo, tenant_id, seen, done, fence;

-- name: advance
update rt.schema_work
set tenant_id = %(tenant_id)s::uuid, seen = %(seen)s::uuid, done = %(done)s,
    lease_until = now() + %(seconds)s * interval '1 s'
where app_id = %(app_id)s and work_id = %(work_id)s and fence = %(fence)s
returning true;

-- name: end
delete from rt.schema_work where app_id = %(app_id)s and work_id = %(work_id)s and fence = %(fence)s returning true;
