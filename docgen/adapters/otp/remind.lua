-- Adds what the register knows of one phone and content to what is known here, and marks it
-- complete. The register writes down a little later than it is counted here: what both know is
-- counted once.
--
-- KEYS  1 sends  2 failures  3 complete, as in issue.lua
-- ARGV  1 how long what is added stays  2 how much later the register writes down
--       3 how long the marker stays  4 how many sends  5... their times, then those of failures,
--       each in order
-- All times are milliseconds.

local stay, later = tonumber(ARGV[1]), tonumber(ARGV[2])
local life, sends = tonumber(ARGV[3]), tonumber(ARGV[4])

local function known(key)
  local found = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  local times = {}
  for i = 2, #found, 2 do
    times[#times + 1] = tonumber(found[i])
  end
  return times
end

local function same(times, time)
  for i, each in ipairs(times) do
    if each <= time and time - each <= later then
      table.remove(times, i)
      return true
    end
  end
  return false
end

local function add(key, first, last)
  local times = known(key)
  for i = first, last do
    if not same(times, tonumber(ARGV[i])) then
      redis.call('ZADD', key, ARGV[i], 'register:' .. ARGV[i] .. ':' .. i)
    end
  end
  redis.call('PEXPIRE', key, stay)
end

if not is_complete(KEYS[3]) then
  add(KEYS[1], 5, 4 + sends)
  add(KEYS[2], 5 + sends, #ARGV)
  complete_for(KEYS[3], life)
end
return { 'complete' }
