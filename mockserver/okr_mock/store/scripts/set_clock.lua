-- Set the clock of a world. ARGV: 2 shift, 3 stand; gives whether there is such a world.
if call('EXISTS', meta) == 0 then
  return 0
end
call('HSET', meta, 'shift', ARGV[2], 'frozen', ARGV[3])
return 1
