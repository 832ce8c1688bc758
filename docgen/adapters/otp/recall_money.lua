-- Sets a purse to what the register knows, and to that what is on its way: sendings of the last minute
-- that were counted here, and which the register does not know yet.
--
-- KEYS  1 purse  2 its marker  3 the sorted set of the client's sendings
-- ARGV  1 now  2 tiyn  3 cost of one on its way  4 how long the purse stays  5 how long the marker
--       stays  6 a minute  7... sendings that are in the sum

if not is_complete(KEYS[2]) then
  local included, on_their_way = {}, 0
  for i = 7, #ARGV do
    included[ARGV[i]] = true
  end
  local from = '(' .. string.format('%.0f', tonumber(ARGV[1]) - tonumber(ARGV[6]))
  for _, sending in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], from, '+inf')) do
    if not included[sending] then
      on_their_way = on_their_way + 1
    end
  end
  local tiyn = tonumber(ARGV[2]) + on_their_way * tonumber(ARGV[3])
  redis.call('SET', KEYS[1], string.format('%.0f', tiyn), 'PX', tonumber(ARGV[4]))
  complete_for(KEYS[2], tonumber(ARGV[5]))
end
return { 'complete' }
