-- Waits while the key of a request (host name or TCP port) is in hold.map: its server is being
-- moved. After LONGEST_MS it gives up, and the configuration answers 503 with Retry-After.
local STEP_MS = 10
local LONGEST_MS = 20000
local holds = Map.new("/etc/neaptide/maps/hold.map", Map._str)

local function now_ms()
    local now = core.now()
    return now.sec * 1000 + now.usec / 1000
end

core.register_action("hold", { "http-req", "tcp-req" }, function(txn)
    local key = tostring(txn:get_var("txn.key") or "")
    if not holds:lookup(key) then
        return
    end
    local until_ms = now_ms() + LONGEST_MS
    while holds:lookup(key) do
        if now_ms() >= until_ms then
            txn:set_var("txn.held_out", true)
            return
        end
        core.msleep(STEP_MS)
    end
end)
