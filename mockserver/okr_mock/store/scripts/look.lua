-- Look at a world, or open its next turn: numbers, clock, quota, and what has changed since this process looked.
-- ARGV: 2 turns to add, 3 real time, 4 edition and 5 version this process knows, 6 calls a window allows (0: not counted),
-- 7 its seconds, 8 its kind; 5 is -1 for no entities at all. KEYS[15] is the window.
local names = { 'life', 'n', 'generation', 'shift', 'frozen', 'version', 'pruned', 'real', 'records', 'size', 'evicted', 'edition' }
local facts = call('HMGET', meta, unpack(names))
local life = facts[1]
if not life then
  return false
end
local n = tonumber(facts[2]) + tonumber(ARGV[2])
local real = math.max(tonumber(ARGV[3]), tonumber(facts[8]))
if ARGV[2] ~= '0' then
  call('HSET', meta, 'n', whole(n), 'real', whole(real))
end
local now = now_at(real, facts[4], facts[5])
local reset, is_spent = -1, 0
if ARGV[6] ~= '0' then
  call('SADD', meters, KEYS[15])
  reset, is_spent = count(KEYS[15], tonumber(ARGV[6]), tonumber(ARGV[7]), now, ARGV[8])
end
touch()

local known, version = tonumber(ARGV[5]), tonumber(facts[6])
local edition = life .. '.' .. facts[12]
local is_new = edition ~= ARGV[4]
local is_whole = known >= 0 and (is_new or known < tonumber(facts[7]))
local values, lost = {}, {}
if is_whole then
  values, lost = call('HGETALL', held), call('SMEMBERS', removed)
elseif known >= 0 and known < version then
  for _, field in ipairs(call('ZRANGEBYSCORE', changed, '(' .. ARGV[5], '+inf')) do
    values[#values + 1] = field
    values[#values + 1] = call('HGET', held, field)
  end
  lost = call('ZRANGEBYSCORE', gone, '(' .. ARGV[5], '+inf')
end
return {
  edition, n, now, tonumber(facts[3]), reset, is_spent, version, is_whole and 1 or 0, values, lost,
  is_new and call('GET', start) or false, tonumber(facts[4]), facts[5], tonumber(facts[9]), tonumber(facts[10]),
  tonumber(facts[11]), call('EXISTS', saved_meta),
}
