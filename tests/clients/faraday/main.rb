require "faraday"

client = Faraday.new(url: ARGV[0])
puts client.get("/json").body
puts client.get("/encoded/gzip").body
puts client.post("/json", '{"a": 1}').body
puts client.get("/cookies", nil, { "Cookie" => "flavour=oat" }).body
puts client.get("/sse", { n: 2 }).body
