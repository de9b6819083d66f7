-- Let the first step fire that is due, as okr_mock.store.tally does it. ARGV: 2 life, 3 seed, 4 first state, 5 claims as JSON.
-- Gives the place of the claim, from 0, and how often its step has fired.
local DIGITS = 12
if call('HGET', meta, 'life') ~= ARGV[2] then
  return false
end

local function draw(claim, n)
  local digest = redis.sha1hex(ARGV[3] .. '\n' .. claim.scenario .. '\n' .. claim.step .. '\n' .. whole(n))
  return tonumber(string.sub(digest, 1, DIGITS), 16) / 16 ^ DIGITS
end

local function among(calls, n)
  for _, wanted in ipairs(calls) do
    if wanted == n then
      return true
    end
  end
  return #calls == 0
end

local function is_due(claim, seen, fired)
  local n = seen + 1
  if claim.times > 0 and fired >= claim.times then
    return false
  end
  if n <= claim.after or (n - claim.after) % claim.every ~= 0 or not among(claim.calls, n) then
    return false
  end
  return claim.probability >= 1 or draw(claim, n) < claim.probability
end

for index, claim in ipairs(cjson.decode(ARGV[5])) do
  local state = claim.state ~= '' and (call('HGET', states, claim.scenario) or ARGV[4])
  if not state or state == claim.state then
    local field = claim.scenario .. '\0' .. claim.step
    local seen, fired = string.match(call('HGET', tally, field) or '0 0', '(%d+) (%d+)')
    seen, fired = tonumber(seen), tonumber(fired)
    local fires = is_due(claim, seen, fired)
    call('HSET', tally, field, whole(seen + 1) .. ' ' .. whole(fired + (fires and 1 or 0)))
    if fires then
      local goes = claim.states[math.min(fired + 1, #claim.states)]
      if goes ~= cjson.null then
        call('HSET', states, claim.scenario, goes)
      end
      touch()
      return { index - 1, fired + 1 }
    end
  end
end
touch()
return false
