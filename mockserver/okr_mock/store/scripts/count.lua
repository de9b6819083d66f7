-- Count a call against a quota of its own. ARGV: 2 real time, 3 calls, 4 seconds, 5 kind, 6 whether it is a step's.
-- KEYS[15] is the window.
local facts = call('HMGET', meta, 'life', 'shift', 'frozen', 'real')
if not facts[1] then
  return false
end
call('SADD', ARGV[6] == '1' and step_meters or meters, KEYS[15])
local now = now_at(math.max(tonumber(ARGV[2]), tonumber(facts[4])), facts[2], facts[3])
local reset, is_spent = count(KEYS[15], tonumber(ARGV[3]), tonumber(ARGV[4]), now, ARGV[5])
touch()
return { reset, is_spent }
