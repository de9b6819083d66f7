-- What all scripts of a world share. KEYS are the keys of one world in the order of `redis_link.KEYS`;
-- ARGV[1] is the time in milliseconds after which an idle world expires, 0 for never.
local meta, held, changed, gone, removed, journal = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tally, states, meters, step_meters, start = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local saved, saved_removed, saved_meta = KEYS[12], KEYS[13], KEYS[14]
local call = redis.call

local function whole(number)
  return string.format('%.0f', number)
end

local function touch()
  if tonumber(ARGV[1]) > 0 then
    for _, key in ipairs(KEYS) do
      call('PEXPIRE', key, ARGV[1])
    end
  end
end

local function now_at(real, shift, frozen)
  if frozen ~= '' then
    return tonumber(frozen)
  end
  return real + tonumber(shift)
end

-- As okr_mock.store.window does it: gives seconds until a call is allowed again, and 1 for one call too many.
local function count(window, calls, seconds, now, kind)
  local length = seconds * 1000
  local first = tonumber(call('LINDEX', window, 0) or '')
  if first and (now < first or now - first >= length) then
    if kind == 'fixed' or now < first then
      call('DEL', window)
      first = nil
    end
    while first and first <= now - length do
      call('LPOP', window)
      first = tonumber(call('LINDEX', window, 0) or '')
    end
  end
  local is_spent = call('LLEN', window) >= calls
  if not is_spent then
    call('RPUSH', window, whole(now))
    first = first or now
  end
  local reset = first and math.ceil((first + length - now) / 1000) or seconds
  return reset, is_spent and 1 or 0
end

local function forget_steps()
  for _, window in ipairs(call('SMEMBERS', step_meters)) do
    call('DEL', window)
  end
  call('DEL', tally, states, step_meters)
end

local function forget_world()
  for _, window in ipairs(call('SMEMBERS', meters)) do
    call('DEL', window)
  end
  forget_steps()
  call('UNLINK', unpack(KEYS, 1, 14))
end
