require "excon"

client = Excon.new(ARGV[0], middlewares: Excon.defaults[:middlewares] + [Excon::Middleware::Decompress])
puts client.get(path: "/json").body.force_encoding("UTF-8")
puts client.get(path: "/encoded/gzip").body.force_encoding("UTF-8")
puts client.post(path: "/json", body: '{"a": 1}').body
puts client.get(path: "/cookies", headers: { "Cookie" => "flavour=oat" }).body
puts client.get(path: "/sse", query: { n: 2 }).body
