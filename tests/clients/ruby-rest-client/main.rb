require "rest-client"

base = ARGV[0]
puts RestClient.get(base + "/json").body
puts RestClient.get(base + "/encoded/gzip").body
puts RestClient.post(base + "/json", '{"a": 1}').body
puts RestClient.get(base + "/cookies", cookies: { flavour: "oat" }).body
puts RestClient.get(base + "/sse", params: { n: 2 }).body
