-- Forget a world, or what its journal (ARGV[2] is `journal`) or its steps (`steps`) hold; gives whether it was there.
local was = call('EXISTS', meta)
if ARGV[2] == 'world' then
  forget_world()
elseif was == 1 and ARGV[2] == 'journal' then
  call('DEL', journal)
  call('HSET', meta, 'journal_bytes', 0, 'evicted', 0)
elseif was == 1 then
  forget_steps()
end
return was
