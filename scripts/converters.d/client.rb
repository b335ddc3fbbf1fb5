# Ask for all of a list with Net::HTTP within Ruby's VCR, which records into a cassette or
# replays it, and print the answers as JSON.
require "base64"
require "json"
require "net/http"
require "vcr"
require "webmock"

base, path, mode = ARGV
WebMock.enable!
VCR.configure do |config|
  config.cassette_library_dir = File.dirname(path)
  config.hook_into :webmock
  config.preserve_exact_body_bytes { |message| !message.body.valid_encoding? || message.body.encoding == Encoding::ASCII_8BIT }
end

kept = %w[content-type location x-odd set-cookie]
found = []
options = { record: mode.to_sym, match_requests_on: %i[method uri body] }
VCR.use_cassette(File.basename(path, ".yml"), options) do
  JSON.parse($stdin.read).each do |each|
    uri = URI(base + each["path"])
    request = Net::HTTP.const_get(each["method"].capitalize).new(uri, each["headers"])
    text = Base64.decode64(each["body"]).force_encoding("UTF-8") # as programs have it
    body = text.valid_encoding? ? text : text.b
    request.body = body unless body.empty?
    answer = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
    headers = kept.select { |name| answer[name] }.to_h { |name| [name, answer[name]] }
    found << [answer.code.to_i, headers, Base64.strict_encode64(answer.body || "")]
  end
end
puts JSON.dump(found)
