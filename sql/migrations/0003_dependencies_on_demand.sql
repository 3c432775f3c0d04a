-- How questions for npm packages were answered, and who is making a bundle of them now.

-- The same versions asked for with the same lock file are the same packages from then on, for every app. Many
-- questions have the same answer, which is a blob.
create table fleet.dependency_trees (
    question   bytea primary key,
    sha256     bytea not null,
    created_at timestamptz not null default now()
);

-- Whoever crashes while making a bundle loses the right to it when its time is over.
create table fleet.dependency_claims (
    key   bytea primary key,
    owner text not null,
    until timestamptz not null
);

grant select, insert on fleet.dependency_trees to fleet_worker;
grant select, insert, update, delete on fleet.dependency_claims to fleet_worker;
