require "net/http"

base = URI(ARGV[0])
puts Net::HTTP.get(base + "/json")
puts Net::HTTP.get(base + "/encoded/gzip")
puts Net::HTTP.post(base + "/json", '{"a": 1}').body
puts Net::HTTP.get(base + "/cookies", { "Cookie" => "flavour=oat" })
puts Net::HTTP.get(base + "/sse?n=2")
