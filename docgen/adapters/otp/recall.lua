-- Adds what the register knows to one meter of take.lua, and marks it complete. What both know has
-- the same name, and counts once.
--
-- KEYS  1 sorted set  2 marker
-- ARGV  1 how long it stays  2... time and name of each that is known

local stays = tonumber(ARGV[1])
if not is_complete(KEYS[2]) then
  for i = 2, #ARGV, 2 do
    if not redis.call('ZSCORE', KEYS[1], ARGV[i + 1]) then
      redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1])
    end
  end
  redis.call('PEXPIRE', KEYS[1], stays)
  complete_for(KEYS[2], stays - 1000)
end
return { 'complete' }
