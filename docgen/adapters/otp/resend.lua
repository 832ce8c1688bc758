-- Gives the live code out once more, sealed as it was kept: one more sending, which starts the next
-- cool-down. Its life, its attempts and the failures stay as they were.
--
-- KEYS  as in issue.lua
-- ARGV  1 now  2 challenge id  3 name of this sending  4 life that must be left  5 attempts allowed
--       6 failures allowed  7 their window  8 window of sends  9 how many keys are known  10... their
--       ids, and after them the cool-down before the second sending, the third, ...
-- All times are milliseconds.
-- Answers {'again', key id, sealed code, until expiry, until the next may be sent},
-- {'cool_down', wait}, {'failures', wait}, {'gone', why} or {'forgotten'}.

local now = tonumber(ARGV[1])
local id, sending = ARGV[2], ARGV[3]
local life_needed, attempts_allowed = tonumber(ARGV[4]), tonumber(ARGV[5])
local failures_allowed, failures_window = tonumber(ARGV[6]), tonumber(ARGV[7])
local sends_window, known = tonumber(ARGV[8]), tonumber(ARGV[9])
local cool_downs = arguments_from(10 + known)

local function is_known(kid)
  for i = 10, 9 + known do
    if ARGV[i] == kid then
      return true
    end
  end
  return false
end

if not is_complete(KEYS[6]) then
  return { 'forgotten' }
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - sends_window)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - failures_window)

local challenge = redis.call('HMGET', KEYS[1], 'mac', 'exp', 'dead', 'att', 'used')
local kept = redis.call('HMGET', KEYS[5], 'id', 'kid', 'code')
if challenge[5] then
  return { 'gone', 'spent' }
end
local wait = wait_for_failures(KEYS[4], failures_allowed, failures_window, now)
if wait > 0 then
  return { 'failures', wait }
end
if challenge[2] and redis.call('GET', KEYS[2]) ~= id then
  return { 'gone', 'replaced' }
end
if tonumber(challenge[4] or '0') >= attempts_allowed then
  return { 'gone', 'exhausted' }
end
local left = challenge[2] and math.min(
  tonumber(challenge[2]) - now, tonumber(challenge[3] or '0') - server_time()) or 0
if not challenge[1] or kept[1] ~= id or not is_known(kept[2]) or left <= life_needed then
  return { 'gone', 'expired' }
end
wait = wait_after(KEYS[3], cool_downs, now)
if wait > 0 then
  return { 'cool_down', wait }
end

redis.call('ZADD', KEYS[3], now, sending)
redis.call('PEXPIRE', KEYS[3], sends_window)
complete_for(KEYS[6], left + math.max(sends_window, failures_window))
return { 'again', kept[2], kept[3], tonumber(challenge[2]) - now, wait_after(KEYS[3], cool_downs, now) }
