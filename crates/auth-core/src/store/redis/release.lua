-- Releases a lock, if it still has this token: the lease may have expired, and another claim may have the lock.
--
-- KEYS[1]  the lock
-- ARGV     token of the claim
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
