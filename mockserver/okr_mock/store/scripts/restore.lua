-- Return a world to what was remembered; gives whether there was anything.
local facts = call('HMGET', saved_meta, 'shift', 'frozen', 'size', 'records', 'images')
if not facts[1] or call('EXISTS', meta) == 0 then
  return 0
end
call('DEL', held, removed, changed, gone)
call('COPY', saved, held)
call('COPY', saved_removed, removed)
local version = call('HINCRBY', meta, 'version', 1)
for _, field in ipairs(call('HKEYS', held)) do
  call('ZADD', changed, version, field)
end
call('HSET', meta, 'pruned', version, 'shift', facts[1], 'frozen', facts[2], 'size', facts[3], 'records', facts[4],
  'images', facts[5])
touch()
return 1
