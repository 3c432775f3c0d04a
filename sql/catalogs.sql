-- name: load
-- One moment of the whole: of what was dropped, nothing.
select version, next_id,
    (select coalesce(json_agg(json_build_object('table_id', table_id, 'name', name, 'access', access,
                                                'version', schema_version) order by table_id), '[]')
     from rt.logical_tables where app_id = %(app_id)s and dropped_at is null),
    (select coalesce(json_agg(json_build_object('table_id', table_id, 'field_id', field_id, 'name', name, 'kind', kind,
                                                'not_null', not_null, 'default', default_, 'fallback', fallback,
                                                'pivot', pivot) order by field_id), '[]')
     from rt.logical_columns where app_id = %(app_id)s and dropped_at is null),
    (select coalesce(json_agg(json_build_object('table_id', table_id, 'rule_id', rule_id, 'name', name, 'kind', kind,
                                                'fields', fields, 'target_id', target_id, 'on_delete', on_delete,
                                                'state', state) order by rule_id), '[]')
     from rt.logical_rules where app_id = %(app_id)s)
from rt.schemas where app_id = %(app_id)s;
