-- name: policies
select count(*) from pg_policies;

-- name: stored
-- With indexes and what is stored aside; the names are looked up here, for who reads this may not read the tables.
select kind, sum(pg_total_relation_size(oid))::bigint from (
    select pg_class.oid, case
        when nspname = 'rt' then 'rows'
        when relname = 'blobs' then 'files'
        when relname in ('artifacts', 'release_artifacts', 'releases') then 'releases'
        when relname in ('progress', 'preview_revisions', 'inbox', 'outbox') then 'history'
        else 'other'
    end as kind
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname in ('fleet', 'rt') and relkind = 'r'
) as tables
group by kind;
