-- Takes the last sending of a challenge back, since it never was one, and its cool-down with it. With
-- the first sending the code goes too; of a code sent once more the earlier message may arrive.
-- Neither attempts nor failures are forgotten, and a used code stays used.
--
-- KEYS  1 challenge  2 sends  3 kept, as in issue.lua
-- ARGV  1 challenge id

local id = ARGV[1]
local again = id .. ':'

local function last_sending()
  for _, each in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, -1)) do
    if each == id or each:sub(1, #again) == again then
      return each
    end
  end
  return id
end

local sending = last_sending()
redis.call('ZREM', KEYS[2], sending)
if sending == id then
  redis.call('HDEL', KEYS[1], 'mac')
  if redis.call('HGET', KEYS[3], 'id') == id then
    redis.call('DEL', KEYS[3])
  end
end
return { 'withdrawn' }
