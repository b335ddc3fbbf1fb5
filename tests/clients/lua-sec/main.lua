local https = require("ssl.https")
local base = arg[1]
for _, path in ipairs({ "/json", "/encoded/gzip", "/sse?n=2" }) do
  print((https.request(base .. path)))
end
