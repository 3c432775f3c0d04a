-- name: describe
-- What an event leaves out stays as it is; what it says replaces what was said before.
insert into fleet.apps (app_id, name, owner, template, tier, strategy)
values (%(app_id)s, %(name)s, %(owner)s, %(template)s, coalesce(%(tier)s, 'shared'), %(strategy)s::jsonb)
on conflict (app_id) do update
set name = coalesce(%(name)s, apps.name),
    owner = coalesce(%(owner)s, apps.owner),
    template = coalesce(%(template)s, apps.template),
    tier = coalesce(%(tier)s, apps.tier),
    strategy = coalesce(%(strategy)s::jsonb, apps.strategy);
