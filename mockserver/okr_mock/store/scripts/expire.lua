-- Let the tokens of a world expire; gives the generation of those to come, 0 where there is no such world.
if call('EXISTS', meta) == 0 then
  return 0
end
return call('HINCRBY', meta, 'generation', 1)
