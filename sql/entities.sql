-- name: version
select schema_version from rt.logical_tables
where app_id = (select app_id from rt.tenants where tenant_id = %(tenant_id)s) and table_id = %(table_id)s
    and dropped_at is null;

-- name: must_be_at
select rt.must_be_at(%(table_id)s, %(version)s);
