require "httparty"

base = ARGV[0]
puts HTTParty.get(base + "/json").body
puts HTTParty.get(base + "/encoded/gzip").body
puts HTTParty.post(base + "/json", body: '{"a": 1}').body
puts HTTParty.get(base + "/redirect/308").body
puts HTTParty.get(base + "/cookies", cookies: { "flavour" => "oat" }).body
puts HTTParty.get(base + "/sse", query: { n: 2 }).body
