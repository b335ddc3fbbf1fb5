# frozen_string_literal: true

# Clients of all kinds are led through the session of their example.
require "mitmvcr"
require "open-uri"
require "socket"

RSpec.configure { |config| MitmVcr.rspec(config) }

KEPT = Net::HTTP.new("api.test", 443).tap { |http| http.use_ssl = true }

RSpec.describe "clients" do
  # On one connection, which is made in the first example.
  %w[first second].each do |which|
    it "are kept: #{which}", :vcr do
      KEPT.start unless KEPT.started?
      expect(KEPT.get("/json?#{which}").body).to include which
    end
  end

  it "are open-uri and Net::HTTP past another proxy", :vcr do
    expect(URI.open("http://api.test/json?open").read).to include "?open"
    other = Net::HTTP.new("api.test", 80, "127.0.0.1", 9, "user", "password")
    expect(other.get("/json?other").body).to include "?other"
  end

  it "are in threads of the example", vcr: { name: "threads" } do
    asked = Thread.new { Net::HTTP.get(URI("https://api.test/json?thread")) }
    expect(asked.value).to include "?thread"
  end

  it "are programs", :vcr do
    words = ["--proxy", vcr.proxy_url, "--cacert", vcr.ca_file]
    got = IO.popen(["curl", "-sS", *words, "https://api.test/json?curl"], &:read)
    expect(got).to include "?curl"
  end

  it "reach servers of the example directly", vcr: "threads" do
    server = TCPServer.new("127.0.0.1", 0)
    served = Thread.new do
      socket = server.accept
      head = socket.gets("\r\n\r\n")
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine")
      socket.close
      head
    end
    expect(Net::HTTP.get(URI("http://127.0.0.1:#{server.addr[1]}/"))).to eq "mine"
    expect(served.value).not_to match(/x-vcr/i)
  end

  long = "have a name that no file can have: a/b\\c " + "é" * 200
  it long, :vcr do
    expect(vcr.cassette).to match(%r{\Aspec/clients/clients have .*have- a-b-c é+\.\.\.\h{16}\z})
    expect(Net::HTTP.get(URI("https://api.test/json"))).to include "hello"
  end

  it "say what the API says of a bad option" do
    expect { MitmVcr::Session.new("a", mod: "x") }.to raise_error(
      MitmVcr::Error, /\Amitmvcr: mod: is not an option of a session: did you mean mode/
    )
  end
end
