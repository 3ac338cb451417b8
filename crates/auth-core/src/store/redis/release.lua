-- Releases a lock, if it is still this one's: the lease may have run out, and somebody else may have it.
--
-- KEYS[1]  the lock
-- ARGV     token of whoever had it
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
