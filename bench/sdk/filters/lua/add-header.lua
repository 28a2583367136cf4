function envoy_on_response(handle)
  handle:headers():replace("x-hello", "world")
end
