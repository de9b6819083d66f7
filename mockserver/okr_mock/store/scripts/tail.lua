-- Read heads of a journal. ARGV: 2 life, 3 number of the first exchange and 4 of the last; numbers count from the first
-- one that the journal ever held. Gives the number of the first head and the heads there still are; nothing of another life.
local facts = call('HMGET', meta, 'life', 'evicted')
local evicted = tonumber(facts[2] or 0)
local first, last = math.max(tonumber(ARGV[3]), evicted + 1), tonumber(ARGV[4])
if facts[1] ~= ARGV[2] then
  return false
end
local heads = {}
for _, item in ipairs(first <= last and call('LRANGE', journal, first - evicted - 1, last - evicted - 1) or heads) do
  local length, start = string.match(item, '(%d+)%]\n()')
  heads[#heads + 1] = string.sub(item, start, start + tonumber(length) - 1)
end
return { first, heads }
