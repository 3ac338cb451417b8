-- Takes a lock, unless another token has it. Asking again with the same token is no error: an answer may have been
-- lost.
--
-- KEYS[1]  the lock
-- ARGV     token of the claim, milliseconds of the lease
--
-- Returns -10 if it is taken now, or the milliseconds that the other lease lasts (-1 for one without an end).
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then
  return redis.call('PTTL', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return -10
