-- Give a world another start; it goes on. ARGV: 2 start, 3 shift and 4 stand of its clock, shift '' to keep it.
if call('EXISTS', meta) == 0 then
  return 0
end
forget_steps()
call('SET', start, ARGV[2])
call('HINCRBY', meta, 'edition', 1)
if ARGV[3] ~= '' then
  call('HSET', meta, 'shift', ARGV[3], 'frozen', ARGV[4])
end
touch()
return 1
