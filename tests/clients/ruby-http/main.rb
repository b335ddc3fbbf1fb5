require "http"

base = ARGV[0]
puts HTTP.get(base + "/json").to_s
puts HTTP.use(:auto_inflate).headers("Accept-Encoding" => "gzip").get(base + "/encoded/gzip").to_s
puts HTTP.post(base + "/json", body: '{"a": 1}').to_s
puts HTTP.follow.get(base + "/redirect/308").to_s
puts HTTP.cookies(flavour: "oat").get(base + "/cookies").to_s
HTTP.get(base + "/sse", params: { n: 2 }).body.each { |piece| print piece }
