-- Counts one attempt and compares, in one step. The same attempt again gets the same answer and is
-- not counted; a used code is told from a forgotten one before anything else. A full Redis refuses
-- no script after its first write, so what is begun here is also finished.
--
-- KEYS  1 challenge, a hash      mac, kid, exp, dead, att, used (the attempt that used the code), and
--                                used_at, the time of that, and
--                                a:<attempt> = "<attempts used> <attempts left>" per wrong attempt
--       2 live, a string         id of the challenge that may be spent
--       3 failures, a sorted set one member per wrong code of the last window by its time
--       4 kept, a hash           the live code, sealed (issue.lua)
-- ARGV  1 now  2 challenge id  3 attempt  4 attempts allowed  5 failures allowed  6 their window
--       7... key id, MAC of the typed code under that key, for every key known
-- All times are milliseconds.
-- Answers {'spent', when}, {'wrong', attempts used, attempts left} or {'gone', why, attempts used}.

local now = tonumber(ARGV[1])
local id, attempt = ARGV[2], ARGV[3]
local attempts_allowed, failures_allowed = tonumber(ARGV[4]), tonumber(ARGV[5])
local failures_window = tonumber(ARGV[6])

local kept = redis.call('HMGET', KEYS[1],
  'mac', 'kid', 'exp', 'att', 'used', 'a:' .. attempt, 'used_at', 'dead')
local mac, kid, expires_at, attempts = kept[1], kept[2], kept[3], tonumber(kept[4] or '0')
local used_by, answered, used_at = kept[5], kept[6], kept[7]
local dead_at = tonumber(kept[8] or '0')

local function gone(why)
  return { 'gone', why, attempts }
end

local function typed_mac()
  for i = 7, #ARGV, 2 do
    if ARGV[i] == kid then
      return ARGV[i + 1]
    end
  end
  return nil
end

local function same(left, right)
  local difference = bit.bxor(#left, #right)
  for i = 1, #left do
    difference = bit.bor(difference, bit.bxor(left:byte(i), right:byte(i) or 0))
  end
  return difference == 0
end

if used_by then
  return used_by == attempt and { 'spent', tonumber(used_at) } or gone('spent')
end
if answered then
  local used, left = answered:match('^(%d+) (%d+)$')
  return { 'wrong', tonumber(used), tonumber(left) }
end
if expires_at and redis.call('GET', KEYS[2]) ~= id then
  return gone('replaced')
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - failures_window)
local failures = redis.call('ZCARD', KEYS[3])
if attempts >= attempts_allowed or failures >= failures_allowed then
  return gone('exhausted')
end
local typed = typed_mac()
if not mac or not typed or now >= tonumber(expires_at) or server_time() >= dead_at then
  return gone('expired')
end

attempts = redis.call('HINCRBY', KEYS[1], 'att', 1)
if same(mac, typed) then
  redis.call('HSET', KEYS[1], 'used', attempt, 'used_at', now)
  redis.call('HDEL', KEYS[1], 'mac')
  redis.call('DEL', KEYS[4])
  return { 'spent', now }
end
redis.call('ZADD', KEYS[3], now, id .. ':' .. attempts)
redis.call('PEXPIRE', KEYS[3], failures_window)
local left = math.max(0, math.min(attempts_allowed - attempts, failures_allowed - failures - 1))
redis.call('HSET', KEYS[1], 'a:' .. attempt, attempts .. ' ' .. left)
if left == 0 then
  redis.call('HDEL', KEYS[1], 'mac')
  redis.call('DEL', KEYS[4])
end
return { 'wrong', attempts, left }
