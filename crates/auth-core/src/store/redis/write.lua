-- Writes a record, if the stored revision is the expected one.
--
-- KEYS[1]  the session: a hash of `r` (revision), `d` (record), `h` (the revisions before, latest first,
--          each with a comma)
-- ARGV     expected revision ('' for none; that of a session, or of the mark of a removal), new revision,
--          record, milliseconds until it is forgotten (0 for never)
local stored = redis.call('HMGET', KEYS[1], 'r', 'h')
local revision, before = stored[1] or '', stored[2] or ''
if revision == ARGV[2] or string.find(before, ARGV[2] .. ',', 1, true) then
  -- It was written already: this request is a repetition after a lost answer. The write, which changes nothing, makes a
  -- WAIT on this connection wait for it.
  redis.call('HSET', KEYS[1], 'r', revision)
  return 1
end
if revision ~= ARGV[1] and revision ~= 'removed-' .. ARGV[1] then
  return 0
end
if revision ~= '' then
  before = string.sub(revision .. ',' .. before, 1, 8 * 33)
end
redis.call('HSET', KEYS[1], 'r', ARGV[2], 'd', ARGV[3], 'h', before)
if ARGV[4] == '0' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
