-- Asks for the addresses of a file in turn: load.lua FILE START [ETAG]
-- Each time under another host name, so that no answer kept for an address can serve it; with an
-- ETag (which belongs to one address, name included) or "again" under the same one. {n} in an
-- address is a number that no other request has.
local addresses, number, header, held = {}, 0, nil, nil

function init(arguments)
  for line in io.lines(arguments[1]) do addresses[#addresses + 1] = line end
  number, held = tonumber(arguments[2]), arguments[3]
  if held and held ~= "again" then header = {["If-None-Match"] = held} end
end

function request()
  number = number + 1
  local address = addresses[(number - 1) % #addresses + 1]:gsub("{n}", number)
  if held then return wrk.format("GET", address, header) end
  return wrk.format("GET", address, {Host = "h" .. number .. ".bench.test"})
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, failed))
end
