-- Let a world begin. ARGV: 2 life, 3 first number, 4 shift and 5 stand of the clock, 6 its start, 7 `anew` to forget
-- what there is; else a world that is there stays.
if ARGV[7] == 'anew' then
  forget_world()
elseif call('EXISTS', meta) == 1 then
  return 0
end
call('HSET', meta, 'life', ARGV[2], 'n', ARGV[3], 'shift', ARGV[4], 'frozen', ARGV[5], 'generation', 0, 'version', 0,
  'pruned', 0, 'real', 0, 'size', 0, 'records', 0, 'images', 0, 'journal_bytes', 0, 'evicted', 0, 'edition', 0)
call('SET', start, ARGV[6])
touch()
return 1
