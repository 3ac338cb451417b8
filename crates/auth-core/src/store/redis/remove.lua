-- Removes a record, if the stored revision is the expected one, and leaves a mark in its place: a revision without a
-- record. A late write that began before then finds another revision than it expects, even if it expects no record.
--
-- KEYS[1]  the session: a hash of `r` (revision), `d` (record), `h` (the revisions before, latest first,
--          each with a comma)
-- ARGV     expected revision ('' for nothing), new revision, milliseconds until the mark is forgotten
local stored = redis.call('HMGET', KEYS[1], 'r', 'h')
local revision, before = stored[1] or '', stored[2] or ''
if revision == ARGV[2] then
  -- It was removed already: this request is a repetition after a lost answer. The write, which changes nothing, makes a
  -- WAIT on this connection wait for the removal.
  redis.call('HSET', KEYS[1], 'r', revision)
  return 1
end
if revision ~= ARGV[1] then
  return 0
end
if revision ~= '' then
  before = string.sub(revision .. ',' .. before, 1, 8 * 33)
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'r', ARGV[2], 'h', before)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
