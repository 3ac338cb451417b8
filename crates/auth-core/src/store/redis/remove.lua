-- Removes a record, if what is stored is what is expected, or nothing is.
--
-- KEYS[1]  the session
-- ARGV     expected revision
local revision = redis.call('HGET', KEYS[1], 'r')
if revision and revision ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1])
return 1
