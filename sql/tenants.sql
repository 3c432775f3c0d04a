-- name: key
select rt.context_key();

-- name: enter
select set_config('fleet.tenant_context', %(signed)s::text, true);
