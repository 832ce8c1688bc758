-- Read before every other script here.
--
-- What a Redis counts is complete only since the register has reminded it: after a restart, a
-- failover or a FLUSHALL it may know less than there was, and a marker tells. It names the run of
-- the server that was reminded, so that a marker which came back from disk proves nothing.

local run

local function run_id()
  run = run or redis.call('INFO', 'server'):match('run_id:(%x+)')
  return run
end

local function is_complete(marker)
  return redis.call('GET', marker) == run_id()
end

local function complete_for(marker, life)
  redis.call('SET', marker, run_id(), 'PX', life)
end

-- Milliseconds by the server's own clock: ours may be set back, which must not lengthen a life.
local function server_time()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- A name of all that is remembered. It goes with the memory: as long as it is the same, nothing was
-- lost but what was to be forgotten.
local function memory_of(key)
  local name = redis.call('GET', key)
  if not name or name:sub(1, #run_id()) ~= run_id() then
    name = run_id() .. ':' .. string.format('%.0f', server_time())
  end
  redis.call('SET', key, name, 'PX', 86400000)
  return name
end
