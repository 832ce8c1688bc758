-- Read before the scripts that send: how long the next one has to wait.

local function cool_down_after(sends, cool_downs)
  if #cool_downs == 0 or sends == 0 then
    return 0
  end
  return tonumber(cool_downs[math.min(sends, #cool_downs)])
end

local function wait_after(key, cool_downs, now)
  local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
  if #last == 0 then
    return 0
  end
  return tonumber(last[2]) + cool_down_after(redis.call('ZCARD', key), cool_downs) - now
end

local function arguments_from(first)
  local found = {}
  for i = first, #ARGV do
    found[#found + 1] = ARGV[i]
  end
  return found
end

local function wait_for_failures(key, allowed, window, now)
  local failures = redis.call('ZCARD', key)
  if failures < allowed then
    return 0
  end
  local last_to_go = redis.call('ZRANGE', key, failures - allowed, failures - allowed, 'WITHSCORES')
  return tonumber(last_to_go[2]) + window - now
end
