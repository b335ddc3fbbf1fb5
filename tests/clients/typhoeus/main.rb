require "typhoeus"

base = ARGV[0]
puts Typhoeus.get(base + "/json").body
puts Typhoeus.get(base + "/encoded/gzip", accept_encoding: "gzip").body
puts Typhoeus.post(base + "/json", body: '{"a": 1}').body
puts Typhoeus.get(base + "/redirect/308", followlocation: true).body
puts Typhoeus.get(base + "/cookies", headers: { "Cookie" => "flavour=oat" }).body
puts Typhoeus.get(base + "/sse", params: { n: 2 }).body
