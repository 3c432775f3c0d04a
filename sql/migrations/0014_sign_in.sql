-- Sign-in for the apps: their own users, sessions and keys, who belongs to which tenant, and who tried what was not his.
--
-- An app has users of its own in each data environment: whoever tries a preview is nobody in production.

create table fleet.end_users (
    app_id       text collate "C" not null,
    data_env     text collate "C" not null,
    user_id      uuid not null,
    email        text collate "C",
    password     text,
    created_at   timestamptz not null default now(),
    signed_in_at timestamptz not null default now(),
    primary key (app_id, data_env, user_id)
);
create unique index on fleet.end_users (app_id, data_env, email) where email is not null;

-- Who belongs to a tenant: an HMAC of subject and tenant, put down when somebody comes in for the first time. A token
-- whose own differs from it was not made for this tenant, whoever signed it.
create table fleet.memberships (
    app_id   text collate "C" not null,
    data_env text collate "C" not null,
    subject  text collate "C" not null,
    hash     bytea not null,
    since    timestamptz not null default now(),
    primary key (app_id, data_env, subject)
);

-- One sign-in, however often its tokens were renewed.
create table fleet.end_sessions (
    app_id     text collate "C" not null,
    session_id uuid not null,
    data_env   text collate "C" not null,
    user_id    uuid not null,
    began_at   timestamptz not null default now(),
    expires_at timestamptz not null,
    ended      text,
    primary key (app_id, session_id)
);
create index on fleet.end_sessions (app_id, data_env, user_id);
create index on fleet.end_sessions (expires_at);

-- Each is good once. One that comes again was stolen, from us or from its owner: then its session ends.
create table fleet.refresh_tokens (
    app_id     text collate "C" not null,
    hash       bytea not null,
    session_id uuid not null,
    issued_at  timestamptz not null default now(),
    used_at    timestamptz,
    primary key (app_id, hash)
);
create index on fleet.refresh_tokens (issued_at);

-- What an app's tokens are signed with, sealed with a key that is not in this database; the newest signs.
create table fleet.app_keys (
    app_id     text collate "C" not null,
    key_id     text collate "C" not null,
    sealed     text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (app_id, key_id)
);

-- Whose tokens an app believes besides: an issuer's by its public keys, or a Supabase project's by its sealed secret.
create table fleet.app_issuers (
    app_id     text collate "C" primary key,
    jwks_url   text,
    sealed     text,
    updated_at timestamptz not null default now()
);

-- What was refused, counted by the minute and by whoever tried: a flood is one row.
create table fleet.violations (
    app_id  text collate "C" not null,
    minute  timestamptz not null,
    reason  text collate "C" not null,
    caller  bytea not null,
    subject text,
    detail  text not null,
    count   integer not null default 1,
    primary key (app_id, minute, reason, caller)
);
create index on fleet.violations (minute);

-- Tokens that are believed no more for a while, by their hash.
create table fleet.suspensions (
    app_id text collate "C" not null,
    caller bytea not null,
    until  timestamptz not null,
    primary key (app_id, caller)
);
create index on fleet.suspensions (until);

do $$
declare
    bearer text;
begin
    foreach bearer in array array['end_users', 'memberships', 'end_sessions', 'refresh_tokens', 'app_keys',
                                  'app_issuers', 'violations', 'suspensions'] loop
        execute format('alter table fleet.%I enable row level security', bearer);
        execute format('alter table fleet.%I force row level security', bearer);
        execute format('create policy own_app on fleet.%I to fleet_gateway
                        using (app_id = (select fleet.current_app()))
                        with check (app_id = (select fleet.current_app()))', bearer);
        execute format('grant select, insert, update on fleet.%I to fleet_gateway', bearer);
    end loop;
    foreach bearer in array array['end_sessions', 'refresh_tokens', 'violations', 'suspensions'] loop
        execute format('create policy every_app on fleet.%I to fleet_relay using (true)', bearer);
        execute format('grant select, delete on fleet.%I to fleet_relay', bearer);
    end loop;
end $$;
grant delete on fleet.app_issuers to fleet_gateway;
