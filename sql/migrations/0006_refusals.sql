-- A statement that must find something, and does not, ends its transaction: nobody has to look before going on.

create function fleet.refuse(reason text) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
    raise exception '%', reason using errcode = 'FL001';
end $$;
