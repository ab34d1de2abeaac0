-- The same look-up and substitution in nginx: a code's fields come from Redis as JSON and are put
-- between the parts of a page that was taken apart at the start. Written to be quick: connections are
-- kept, nothing is matched at a request.
local cjson = require "cjson"
local redis = require "nginx.redis"

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function new(template, port)
    local file = assert(io.open(template))
    local text = file:read("*a")
    file:close()
    local parts, names, from = {}, {}, 1
    while true do
        local first, last, name = text:find("{{(%w+)}}", from)
        parts[#parts + 1] = text:sub(from, (first or 0) - 1)
        if not first then break end
        names[#names + 1] = name
        from = last + 1
    end

    local function answer()
        local connection = redis:new()
        connection:set_timeout(1000)
        if not connection:connect("127.0.0.1", port) then return ngx.exit(503) end
        local found = connection:get(ngx.var.uri)
        connection:set_keepalive(60000, 128)
        if not found or found == ngx.null then return ngx.exit(404) end
        local fields = cjson.decode(found)
        local page = {}
        for at, name in ipairs(names) do
            page[2 * at - 1] = parts[at]
            page[2 * at] = (fields[name] or ""):gsub('[&<>"]', escapes)
        end
        page[2 * #names + 1] = parts[#parts]
        page = table.concat(page)
        ngx.header["Content-Length"] = #page
        ngx.print(page)
    end

    return { answer = answer }
end

return { new = new }
