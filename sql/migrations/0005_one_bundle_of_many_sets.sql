-- Two sets of packages may come out as the same bundle: each of them has it, or it would be made again and again.

alter table fleet.dependency_sets drop constraint dependency_sets_name_key;
