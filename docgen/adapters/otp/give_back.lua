-- A sending never left: it is not counted any more. Twice is once.
--
-- KEYS  1 purse  2... sorted sets that count sendings
-- ARGV  1 sending  2 cost

local was_counted = false
for i = 2, #KEYS do
  was_counted = redis.call('ZREM', KEYS[i], ARGV[1]) == 1 or was_counted
end
if was_counted and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('DECRBY', KEYS[1], ARGV[2])
end
return { 'given back' }
