"""What Valkey does by itself, so that a page costs one round trip and a change is whole or not there."""

from typing import Final

PAGE_SCRIPT: Final = """
if redis.call('EXISTS', KEYS[4]) == 0 then return {0} end
local own, start, size = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local total = redis.call('ZCARD', KEYS[1])
local score = own ~= '' and redis.call('ZSCORE', KEYS[1], own)
if total < tonumber(ARGV[4]) then return {1, total, 0, 0, {}, score and {0, score} or {}} end
local above = ARGV[5] == 'dense' and KEYS[3] or KEYS[1]
local place = score and redis.call('ZRANK', KEYS[1], own)
if start < 0 then start = place and math.max(0, place - math.floor(size / 2)) or 0 end
local lines = {}
if size > 0 then lines = redis.call('ZRANGE', KEYS[1], start, start + size - 1, 'WITHSCORES') end
local before = 0
if #lines > 0 then before = redis.call('ZCOUNT', above, '-inf', '(' .. lines[2]) end
local mine = {}
if score then
  local rank = ARGV[5] == 'ordinal' and place or redis.call('ZCOUNT', above, '-inf', '(' .. score)
  mine = {rank + 1, score}
end
return {1, total, start, before, lines, mine}
"""
"""One page: whether the board is whole, how many there are, the lines, and the reader's own."""

PUT_SCRIPT: Final = """
local function less(score)
  if redis.call('HINCRBY', KEYS[2], score, -1) <= 0 then
    redis.call('HDEL', KEYS[2], score)
    redis.call('ZREM', KEYS[3], score)
  end
end
for index = 2, #ARGV, 2 do
  local alias, score = ARGV[index], ARGV[index + 1]
  local old = ARGV[1] == '1' and redis.call('ZSCORE', KEYS[1], alias)
  if old then less(old) end
  if score == '' then
    redis.call('ZREM', KEYS[1], alias)
  else
    redis.call('ZADD', KEYS[1], score, alias)
    if ARGV[1] == '1' and redis.call('HINCRBY', KEYS[2], score, 1) == 1 then
      redis.call('ZADD', KEYS[3], score, score)
    end
  end
end
"""
"""Lines brought up to date: alias and score in turn, an empty score for somebody who is gone."""

SWAP_SCRIPT: Final = """
for index = 1, 3 do
  if redis.call('EXISTS', KEYS[index + 4]) == 1 then
    redis.call('RENAME', KEYS[index + 4], KEYS[index])
  else
    redis.call('DEL', KEYS[index])
  end
end
redis.call('SET', KEYS[4], '1')
if tonumber(ARGV[1]) > 0 then
  for index = 1, 4 do redis.call('PEXPIRE', KEYS[index], ARGV[1]) end
end
"""
"""A new copy in the place of the old one."""
