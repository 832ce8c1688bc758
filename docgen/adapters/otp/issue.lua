-- Keeps a code's MAC for its life, makes it the only live one of its phone and content, and starts
-- the next cool-down. Issuing the same challenge with the same MAC again changes nothing, so that a
-- caller whose answer was lost may ask again. With another MAC it takes the place of the first, and
-- is one sending: whoever issued that one died, or was not answered, before he could send it. No
-- attempt is forgotten by that.
--
-- KEYS  1 challenge, a hash      mac, kid, exp, dead (by the server's clock); spend.lua adds att,
--                                used and one field per attempt
--       2 live, a string         id of the challenge that may be spent
--       3 sends, a sorted set    each sending of the last hour by its time: the id of a challenge,
--                                or that and a mark where its code was sent once more
--       4 failures, a sorted set one member per wrong code of the last window by its time
--       5 kept, a hash           id, kid, code: the live code, sealed, for as long as it lives
--       6 complete, a string     the marker of memory.lua
-- ARGV  1 now  2 challenge id  3 MAC  4 key id  5 life  6 how long to remember  7 failures allowed
--       8 their window  9 window of sends  10 sealed code  11 whether it is the first one ever
--       12... cool-down before the second code, the third, ...
-- All times are milliseconds.
-- Answers {'issued', until expiry, until the next may be sent}, {'cool_down', wait},
-- {'failures', wait} or {'forgotten'}.

local now = tonumber(ARGV[1])
local id, mac, kid, sealed = ARGV[2], ARGV[3], ARGV[4], ARGV[10]
local life, memory = tonumber(ARGV[5]), tonumber(ARGV[6])
local failures_allowed, failures_window = tonumber(ARGV[7]), tonumber(ARGV[8])
local sends_window = tonumber(ARGV[9])
local is_first = ARGV[11] == '1'
local cool_downs = arguments_from(12)

if not is_complete(KEYS[6]) and not is_first then
  return { 'forgotten' }
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - sends_window)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - failures_window)

local kept = redis.call('HMGET', KEYS[1], 'mac', 'exp', 'att', 'used')
if kept[1] == mac and redis.call('GET', KEYS[2]) == id then
  return { 'issued', tonumber(kept[2]) - now, wait_after(KEYS[3], cool_downs, now) }
end

local wait = wait_for_failures(KEYS[4], failures_allowed, failures_window, now)
if wait > 0 then
  return { 'failures', wait }
end

if not kept[4] then
  redis.call('ZREM', KEYS[3], id)
end
wait = wait_after(KEYS[3], cool_downs, now)
if wait > 0 then
  return { 'cool_down', wait }
end

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'mac', mac, 'kid', kid, 'exp', now + life, 'att', kept[3] or 0,
  'dead', server_time() + life)
redis.call('PEXPIRE', KEYS[1], life + memory)
redis.call('SET', KEYS[2], id, 'PX', life + memory)
redis.call('DEL', KEYS[5])
redis.call('HSET', KEYS[5], 'id', id, 'kid', kid, 'code', sealed)
redis.call('PEXPIRE', KEYS[5], life)
redis.call('ZADD', KEYS[3], now, id)
redis.call('PEXPIRE', KEYS[3], sends_window)
complete_for(KEYS[6], life + math.max(sends_window, failures_window))
return { 'issued', life, wait_after(KEYS[3], cool_downs, now) }
