-- Counts a sending on all its meters and on its client's purse, or on none of them. One that is
-- counted already is not counted again, so that whoever was not answered may ask again.
--
-- KEYS  1 purse, a string        tiyn of the day
--       2 its marker (memory.lua); it lives for minutes only, so that what was estimated becomes
--         what was paid
--       3 memory, a string       its name (memory.lua)
--       then for each meter
--       its sorted set           what was counted by its time
--       its marker
-- ARGV  1 now  2 sending  3 cost  4 most  5 until the day's end  6 how long the purse stays
--       7 the memory's name before the register was read
--       then for each meter
--       name of the limit, what is counted, whether the register knows nothing of it, since when it
--       counts, how far back it may, how long it stays unused, how many allowances, and for each of
--       them how many within which window
-- All times are milliseconds. The first meter counts sendings.
-- Answers the memory's name, and 'taken', or 'limit', name, wait, or 'forgotten', names...

local now, sending = tonumber(ARGV[1]), ARGV[2]
local cost, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local day_left, purse_stays = tonumber(ARGV[5]), tonumber(ARGV[6])

local function next_meter(key, at)
  local meter = { key = KEYS[key], marker = KEYS[key + 1], limit = ARGV[at], adds = ARGV[at + 1],
    unknown = ARGV[at + 2] == '1', since = tonumber(ARGV[at + 3]), memory = tonumber(ARGV[at + 4]),
    stays = tonumber(ARGV[at + 5]), allowances = {} }
  for i = 1, tonumber(ARGV[at + 6]) do
    local place = at + 5 + 2 * i
    meter.allowances[i] = { most = tonumber(ARGV[place]), window = tonumber(ARGV[place + 1]) }
  end
  return meter, at + 7 + 2 * #meter.allowances
end

local function read_meters()
  local meters, at = {}, 8
  for key = 4, #KEYS, 2 do
    meters[#meters + 1], at = next_meter(key, at)
  end
  return meters
end

local memory = memory_of(KEYS[3])

-- Had anything been counted since the register was read, it would have been marked complete, and the
-- mark is lost with the memory only.
local function is_new(meter)
  return meter.unknown and ARGV[7] == memory
end

local function forgotten(meters)
  local found = {}
  if not is_complete(KEYS[2]) then
    found[1] = 'budget'
  end
  for _, meter in ipairs(meters) do
    if not is_complete(meter.marker) and not is_new(meter) then
      found[#found + 1] = meter.limit
    end
  end
  return found
end

local function counts_already(meter)
  local at = redis.call('ZSCORE', meter.key, meter.adds)
  return at and tonumber(at) > math.max(now - meter.memory, meter.since)
end

local function wait_for(meter)
  if counts_already(meter) then
    return 0
  end
  local longest = 0
  for _, allowance in ipairs(meter.allowances) do
    local from = '(' .. string.format('%.0f', math.max(now - allowance.window, meter.since))
    local count = redis.call('ZCOUNT', meter.key, from, '+inf')
    if count >= allowance.most then
      local first = redis.call('ZRANGEBYSCORE', meter.key, from, '+inf', 'WITHSCORES', 'LIMIT',
        count - allowance.most, 1)
      local wait = first[2] and tonumber(first[2]) + allowance.window - now or allowance.window
      longest = math.max(longest, wait)
    end
  end
  return longest
end

local meters = read_meters()
local unknown = forgotten(meters)
if #unknown > 0 then
  return { memory, 'forgotten', unpack(unknown) }
end
if redis.call('ZSCORE', meters[1].key, sending) then
  return { memory, 'taken' }
end
for _, meter in ipairs(meters) do
  local wait = wait_for(meter)
  if wait > 0 then
    return { memory, 'limit', meter.limit, wait }
  end
end
if tonumber(redis.call('GET', KEYS[1]) or '0') + cost > most then
  return { memory, 'limit', 'budget', day_left }
end

for _, meter in ipairs(meters) do
  redis.call('ZREMRANGEBYSCORE', meter.key, '-inf', now - meter.memory)
  redis.call('ZADD', meter.key, now, meter.adds)
  redis.call('PEXPIRE', meter.key, meter.stays)
  -- It never outlives what it speaks for.
  complete_for(meter.marker, meter.stays - 1000)
end
redis.call('INCRBY', KEYS[1], cost)
redis.call('PEXPIRE', KEYS[1], purse_stays)
return { memory, 'taken' }
