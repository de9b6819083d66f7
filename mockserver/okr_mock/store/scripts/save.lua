-- Remember entities and clock of a world; gives whether it is there.
local facts = call('HMGET', meta, 'shift', 'frozen', 'size', 'records', 'images')
if not facts[1] then
  return 0
end
call('DEL', saved, saved_removed)
call('COPY', held, saved)
call('COPY', removed, saved_removed)
call('HSET', saved_meta, 'shift', facts[1], 'frozen', facts[2], 'size', facts[3], 'records', facts[4], 'images', facts[5])
touch()
return 1
