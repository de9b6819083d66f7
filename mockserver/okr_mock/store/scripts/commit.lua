-- Change entities and write the journal, all or nothing.
-- ARGV: 2 life, 3 size of the exchange, 4 the exchange, 5 most exchanges, 6 most bytes of these, 7 most records,
-- 8 most images, 9 most bytes of entities, 10 the version that the call has seen, 11 on how many fields its changes
-- rest, then these fields, a group's without a name; then for each change its kind (1 record, 2 image, 0 other), what
-- to do (`set`, `drop`, or `mark` what the fixture holds as removed), its field and its value.
-- Gives 0 and the new version, 1 where the world is no more what the call began in, 5 where another call has changed
-- what these changes rest on, else which bound was met.
local DONE, IS_GONE, BYTES, OVERTAKEN = 0, 1, 4, 5
local MOST_GONE = 4096
local CHANGES = 12 + tonumber(ARGV[11])
local facts = call('HMGET', meta, 'life', 'version', 'size', 'records', 'images', 'journal_bytes', 'pruned',
  'evicted')
if facts[1] ~= ARGV[2] then
  return { IS_GONE, 0 }
end

local function is_newer(versions, field)
  if string.sub(field, -1) ~= '\0' then
    return tonumber(call('ZSCORE', versions, field) or 0) > tonumber(ARGV[10])
  end
  for _, newer in ipairs(call('ZRANGEBYSCORE', versions, '(' .. ARGV[10], '+inf')) do
    if string.sub(newer, 1, #field) == field then
      return true
    end
  end
end

for at = 12, #ARGV >= CHANGES and CHANGES - 1 or 0 do
  if tonumber(ARGV[10]) < tonumber(facts[7]) or is_newer(changed, ARGV[at]) or is_newer(gone, ARGV[at]) then
    return { OVERTAKEN, 0 }
  end
end

local version, size = tonumber(facts[2]), tonumber(facts[3])
local counts = { tonumber(facts[4]), tonumber(facts[5]) }
local before = size
for at = CHANGES, #ARGV, 4 do
  local kind, field = tonumber(ARGV[at]), ARGV[at + 2]
  local is_set = ARGV[at + 1] == 'set'
  size = size + #ARGV[at + 3] - call('HSTRLEN', held, field)
  if kind > 0 then
    local was = call('HEXISTS', held, field)
    counts[kind] = counts[kind] + (is_set and 1 or 0) - was
    if is_set and was == 0 and counts[kind] > tonumber(ARGV[6 + kind]) then
      return { IS_GONE + kind, 0 }
    end
  end
end
if size > tonumber(ARGV[9]) and size > before then
  return { BYTES, 0 }
end
if #ARGV >= CHANGES then
  version = version + 1
  for at = CHANGES, #ARGV, 4 do
    local what, field = ARGV[at + 1], ARGV[at + 2]
    if what == 'set' then
      call('HSET', held, field, ARGV[at + 3])
      call('ZADD', changed, version, field)
      call('ZREM', gone, field)
      call('SREM', removed, field)
    else
      call('HDEL', held, field)
      call('ZREM', changed, field)
      call('ZADD', gone, version, field)
      if what == 'mark' then
        call('SADD', removed, field)
      end
    end
  end
  call('HSET', meta, 'version', version, 'size', whole(size), 'records', counts[1], 'images', counts[2])
  local excess = call('ZCARD', gone) - MOST_GONE
  if excess > 0 then -- who knows only what was before these must load the world anew
    excess = excess + MOST_GONE / 2
    call('HSET', meta, 'pruned', call('ZRANGE', gone, excess - 1, excess - 1, 'WITHSCORES')[2])
    call('ZREMRANGEBYRANK', gone, 0, excess - 1)
  end
end

call('RPUSH', journal, ARGV[3] .. ' ' .. ARGV[4])
local bytes, evicted = tonumber(facts[6]) + tonumber(ARGV[3]), 0
local length = call('LLEN', journal)
while length > 0 and (length > tonumber(ARGV[5]) or bytes > tonumber(ARGV[6])) do
  bytes = bytes - tonumber(string.match(call('LPOP', journal), '^%d+'))
  length, evicted = length - 1, evicted + 1
end
call('HSET', meta, 'journal_bytes', whole(bytes))
if evicted > 0 then
  call('HINCRBY', meta, 'evicted', evicted)
end
touch()
call('PUBLISH', meta, facts[1] .. ' ' .. whole(tonumber(facts[8]) + evicted + length))
return { DONE, version }
