-- A story is found by the id of its first event alone: whoever looks for one says which, as one says for which app.
create policy one_story on fleet.progress for select to fleet_gateway
    using (story_id = (select nullif(current_setting('fleet.story_id', true), '')));
