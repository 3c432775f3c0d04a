-- name: key
select rt.context_key();

-- name: enter
-- Nobody's question of an app keeps a connection from the others for long.
select set_config('fleet.tenant_context', %(signed)s::text, true), set_config('statement_timeout', '5000', true);
