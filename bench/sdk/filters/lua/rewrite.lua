function envoy_on_request(handle)
  local headers = handle:headers()
  local count, bytes = 0, 0
  for _, value in pairs(headers) do
    count = count + 1
    bytes = bytes + #value
  end
  local user = headers:get("x-user") or "nobody"
  handle:streamInfo():dynamicMetadata():set("bench", "user", user)
  headers:replace("x-header-count", tostring(count))
  headers:replace("x-header-bytes", tostring(bytes))
  headers:replace("x-user-id", user)
  headers:replace("x-filter", "rewrite")
  headers:replace("x-stage", "request")
end

function envoy_on_response(handle)
  local user = handle:streamInfo():dynamicMetadata():get("bench")["user"]
  local body = handle:body(true)
  local text = body:getBytes(0, body:length())
  local size = body:setBytes((text:gsub("{user}", user, 1)))
  handle:headers():replace("content-length", tostring(size))
end
