"""The tools that an AI may call, and the steps that each call tells its watchers.

A call is known by (message_id, iteration, tool_index); an iteration that is not said is 0. Every step of it is one
`progress` fact, and its end is one `tool-completed` or `tool-failed`; nothing of the call is said after that, unless
the generator calls it again after a failure: then `attempt` is higher, and supersedes what lower attempts said.

    progress        stage, message, progress, message_id, iteration, tool_index, tool_name, attempt, details?
    tool-completed  message_id, iteration, tool_index, tool, attempt, details
    tool-failed     message_id, iteration, tool_index, tool, attempt, reason, nearest?

`tool_name` and `tool` are the tool's own name, also where an alias was called; of an unknown tool, the name that was
called. A `progress` without `tool_index` belongs to no call (packages being installed, for instance).

    stage             progress   of
    waiting                  0   a call that has to wait for an earlier one of its message
    analyzing               10   what writes files
    writing                 30   likewise
    updating_preview        60   likewise, and its file is stored
    validating              80   likewise, and its preview is drawn
    designing, creating, configuring   20, 50, 80   create_table, alter_table
    preparing, generating, storing     10, 20, 50   generate_image, then updating_preview 60, validating 80
    resolving, fetching, reading       10, 30, 80   fetch_url
    reading, searching                     50, 50   os-read, os-search
    requesting, deploying                  20, 50   deploy
    complete               100   all, in the same commit as tool-completed, with the same details

Of a failed call there is no step besides `tool-failed`. The details of what wrote files are

    file_path (or file_paths), operation, file_size, lines, version, unchanged, preview_url,
    validation {compiled, applied, note?, errors [{file, line, column, message, frame}]}

where `compiled` is true, false, or null while the preview has not come to the file in time, and `applied` is true
only when an open page has acknowledged it; otherwise `note` says why not, such as "no page open".
"""
