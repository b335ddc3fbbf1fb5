# frozen_string_literal: true

require "digest"
require "json"
require "net/http"
require "openssl"
require "uri"

# Gives each test of RSpec or minitest a mitmvcr cassette of its own, named after it. A
# request that the cassette does not hold fails the test that made it.
#
#   RSpec.configure { |config| MitmVcr.rspec(config) }   # it "pays", :vcr do
#   class ShopTest < Minitest::Test
#     include MitmVcr::Minitest
#
# What a test asks with Net::HTTP, and all that stands on it, is led through its session;
# this machine's own servers are reached directly, unless mitmvcr run --include-localhost
# or MITMVCR_INCLUDE_LOCALHOST=yes says otherwise. Other clients take vcr.proxy_url and
# vcr.ca_file.
module MitmVcr
  # What cannot be, in one line.
  class Error < StandardError
    def initialize(text) = super("mitmvcr: #{text}")
  end

  JSON_HAS = [String, Integer, Float, true, false, nil, Array, Hash].freeze

  # A session of one test: what it asks is recorded, or replayed.
  class Session
    attr_reader :name, :cassette, :mode, :ca_file
    attr_accessor :tried

    # Options are mitmvcr's, by its names: mode: "replay_only", match: "method,url". The
    # mode of the run counts more than one here, which with CI set records nothing.
    # test: whose cassette it is, where nobody has named it: no other test gets it then,
    # and a secret in its name is hidden.
    def initialize(cassette, **options)
      wish = Run.hold({ **options, cassette: cassette, port: false })
      facts = Control.call("POST", ["sessions"], wish)
      @name, @mode, @ca_file = facts.values_at("name", "mode", "ca_file")
      @cassette = options[:test] ? @name : cassette
      @main = URI(facts["proxy_url"])
    end

    # The session's own; it is opened when it is first wanted.
    def proxy_url = port["proxy_url"]

    # Trusts what Ruby trusts, and the proxy.
    def cert_store = Control.trusting(ca_file)

    # Returns what the block returns, recorded; a replay has the recorded one. What JSON
    # does not have comes back as its text.
    def variable(variable)
      raise Error, "variable(#{variable}): give it a block that makes the value" unless block_given?

      made = yield
      wish = { variable => JSON_HAS.any? { |kind| kind === made } ? made : made.to_s }
      Control.call("POST", ["sessions", name, "variables"], wish).fetch(variable.to_s)
    end

    # Saves and ends it; returns what is wrong, else "". Whose test has failed mitmvcr run
    # notes for --partial.
    def end(failed: false)
      report = Control.call("DELETE", ["sessions", name], { failed: failed })
      Control.call("DELETE", ["ports", @port["port"].to_s]) if @port
      failure = report["failure"] && "mitmvcr: #{report["failure"]}"
      [missed(report["misses"]), failure].compact.join("\n")
    end

    # Leads a connection that is about to be made to the proxy, and past any other.
    def lead(http)
      http.instance_exec(@main, cert_store) do |proxy, trusted|
        @proxy_from_env = false
        @proxy_address, @proxy_port = proxy.host, proxy.port
        @proxy_user = @proxy_pass = @proxy_use_ssl = nil
        @cert_store ||= trusted
      end
    end

    private

    def port
      @port ||= Control.call("POST", ["ports"], { session: name })
    end

    def missed(misses)
      return if misses.empty?

      requests = misses.one? ? "1 request" : "#{misses.size} requests"
      lines = misses.map do |miss|
        often = miss["times"] > 1 ? " (#{miss["times"]} times)" : ""
        "  #{miss["request"].values_at("method", "url").join(" ")}#{often}: #{miss["reason"]}"
      end
      ["mitmvcr: #{requests} had no match in cassette #{cassette}:", *lines].join("\n")
    end
  end

  # What whoever starts a run says of its mode, and of what goes past the proxy.
  module Run
    # mitmvcr run sets the first one where it was given a mode.
    CHOSEN = %w[MITMVCR_RUN_MODE MITMVCR_MODE].freeze
    OWN = %w[localhost 127.0.0.1 ::1].freeze
    LOOPBACK = /\A(localhost|127\..*|::1)\z/

    class << self
      # Lets that mode count more than one in code. Without one, no mode in code records
      # in CI.
      def hold(wish)
        wish = wish.transform_keys(&:to_sym)
        chosen = ENV.values_at(*CHOSEN).compact.reject(&:empty?).first
        return { **wish, mode: chosen } if chosen

        may_record = wish[:mode] && wish[:mode].to_s != "passthrough"
        may_record && ci? ? { **wish, mode: "replay_only" } : wish
      end

      # Says whether a host is reached without the proxy.
      def past?(host, port)
        listed = past
        return true if LOOPBACK.match?(host) && (listed & OWN).any?

        listed.any? do |each|
          [host, "#{host}:#{port}"].include?(each) || (each.start_with?(".") && host.end_with?(each))
        end
      end

      private

      # What mitmvcr run lets past stands in NO_PROXY; without one only this machine is.
      def past
        return ENV.fetch("NO_PROXY", "").split(/[\s,]+/) if ENV["MITMVCR_CA_BUNDLE"]

        said = ENV.fetch("MITMVCR_INCLUDE_LOCALHOST", "").strip.downcase
        %w[1 on true yes].include?(said) ? [] : OWN
      end

      # What mitmvcr itself takes for a CI server.
      def ci? = !["", "0", "false"].include?(ENV.fetch("CI", "").strip.downcase)
    end
  end

  # The control API of the mitmvcr that runs, or else of one that this process starts.
  module Control
    VARIABLE = "MITMVCR_CONTROL_URL"
    # In seconds; the API itself waits 30 for what is under way.
    PATIENCE = 60
    TOKEN = ENV.fetch("MITMVCR_CONTROL_TOKEN", "")
    HEADERS = {
      "X-Vcr-Control" => "1", "Content-Type" => "application/json",
      **(TOKEN.empty? ? {} : { "Authorization" => "Bearer #{TOKEN}" })
    }.freeze
    LOCK = Mutex.new

    class << self
      # Asks it; raises Error with what it says of an error.
      def call(method, parts, wish = {})
        path = parts.map { |part| "/#{Names.escaped(part)}" }.join
        answer = ask(method, path, JSON.generate(wish))
        facts = JSON.parse(answer.body)
        return facts if answer.is_a?(Net::HTTPSuccess)

        raise Error, facts["detail"]
      rescue JSON::ParserError
        raise Error, "what is at #{url} is no control API of mitmvcr"
      end

      # Returns a store with the roots of Ruby and that of the proxy.
      def trusting(ca_file)
        LOCK.synchronize do
          @store ||= OpenSSL::X509::Store.new.tap(&:set_default_paths).add_file(ca_file)
        end
      end

      def url = LOCK.synchronize { @url ||= given || start }

      private

      def given
        found = ENV.fetch(VARIABLE, "")
        return if found.empty?
        return found.delete_suffix("/") if found.match?(%r{\Ahttp://[^/]+:\d+/?\z})

        remedy = "use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it"
        raise Error, "#{VARIABLE}=#{found}: #{remedy}"
      end

      def ask(method, path, body)
        place = URI(url)
        http = Net::HTTP.new(place.host, place.port, nil)
        http.read_timeout = PATIENCE
        http.max_retries = 0
        MitmVcr.aside { http.start { http.send_request(method, path, body, HEADERS) } }
      rescue SystemCallError, IOError, Timeout::Error, SocketError, URI::Error => e
        remedy = "start mitmvcr anew, or unset #{VARIABLE}, and the tests start their own"
        raise Error, "the control API at #{url} does not answer (#{e.message}): #{remedy}"
      end

      # mitmvcr serve ends when its stdin does: with this process, however that ends.
      def start
        folder = File.expand_path("cassettes")
        theirs, @held = IO.pipe
        said, out = IO.pipe
        pid = spawn("mitmvcr", "serve", "--cassettes", folder, "--attached", in: theirs, out: out)
        [theirs, out].each(&:close)
        Process.detach(pid)
        line = said.gets or raise Error, "mitmvcr serve did not start: see its error above"
        JSON.parse(line).fetch("control_url")
      rescue SystemCallError
        raise Error, "no mitmvcr on the PATH can be started: install it (pipx install mitmvcr), or set #{VARIABLE}"
      end
    end
  end

  # A name of a cassette, of parts.
  module Names
    # What one of the systems that cassettes are checked out on has not in a name.
    UNFIT = %r{[\x00-\x1f\x7f\\/:*?"<>|%]}
    # At most so many bytes, so that there can be files beside the cassette.
    LONGEST = 180

    def self.of(*parts) = parts.map { |part| fit(part) }.join("/")

    def self.escaped(name) = URI.encode_www_form_component(name).gsub("+", "%20")

    def self.fit(part)
      found = part.gsub(UNFIT, "-").gsub(/\A[ .]+|[ .]+\z/, "")
      return found.empty? ? "test" : found if found.bytesize <= LONGEST

      "#{found.byteslice(0, LONGEST).scrub("")}...#{Digest::SHA256.hexdigest(found)[0, 16]}"
    end
  end

  # Requests name the session of their test, so connections may be kept and shared.
  module Led
    def request(request, body = nil)
      session = MitmVcr.current
      request["X-Vcr-Cassette"] = Names.escaped(session.name) if session && !direct?
      super
    end

    private

    def connect
      MitmVcr.current&.lead(self) unless direct?
      super
    end

    def direct? = MitmVcr.aside? || Run.past?(address, port)
  end
  Net::HTTP.prepend(Led)

  # For a test class of minitest, with parallelize_me! or without. vcr is the session.
  module Minitest
    attr_reader :vcr

    # Options of the sessions; a test class may define it.
    def vcr_options = {}

    # The name of the test's cassette; a test class may define it.
    def vcr_cassette = Names.of(*self.class.name.split("::"), name)

    def before_setup
      alone = self.class.test_order != :parallel
      @vcr = MitmVcr.begin(vcr_cassette, vcr_test, alone: alone, **vcr_options)
      super
    end

    # The test, as no other is, unless its class names its cassette.
    def vcr_test
      return {} unless method(:vcr_cassette).owner == MitmVcr::Minitest

      file, = method(name).source_location
      { test: "#{file}: #{self.class.name}##{name}" }
    end

    def after_teardown
      super
    ensure
      wrong = vcr ? MitmVcr.end(vcr, failed: !passed? && !skipped?) : ""
      raise ::Minitest::Assertion, wrong unless wrong.empty?
    end
  end

  # For examples of RSpec; vcr is the session.
  module RSpec
    attr_accessor :vcr
  end

  class << self
    # Lets examples with the metadata :vcr, vcr: "name" or vcr: { name:, mode:, ... } have
    # a session each. Several spec files may say so.
    def rspec(config)
      return if @config.equal?(config)

      @config = config
      config.include(RSpec, :vcr)
      config.around(:each, :vcr) do |example|
        self.vcr = MitmVcr.begin(*MitmVcr.wish(example.metadata))
        begin
          example.run
        ensure
          wrong = MitmVcr.end(vcr, failed: !example.exception.nil?)
        end
        raise ::RSpec::Expectations::ExpectationNotMetError, wrong unless wrong.empty?
      end
      config.prepend_before(:each, :vcr) { |example| self.vcr = MitmVcr.tried(vcr, example) }
    end

    # Returns the session of a try: another one where a hook within ours, as that of
    # rspec-retry, runs a failed example again.
    def tried(session, example)
      if session.tried
        self.end(session, failed: true)
        session = self.begin(*wish(example.metadata))
      end
      session.tried = true
      session
    end

    # Returns the cassette of an example and its options.
    def wish(metadata)
      options = metadata[:vcr].is_a?(Hash) ? metadata[:vcr].dup : {}
      name = options.delete(:name) || (metadata[:vcr] if metadata[:vcr].is_a?(String))
      return [name, options] if name

      file = metadata[:file_path].delete_prefix("./").sub(/(_spec|_test)?\.rb\z/, "")
      cassette = Names.of(*file.split("/"), metadata[:full_description])
      [cassette, { **options, test: example_of(metadata) }]
    end

    # An example as no other is, also where several files share it: of equal titles in a
    # file the later ones have a number.
    def example_of(metadata)
      file = File.expand_path(metadata[:rerun_file_path] || metadata[:file_path])
      title = "#{file}: #{metadata[:full_description]}"
      alike = (@alike ||= {})[title] ||= []
      alike << metadata[:scoped_id] unless alike.include?(metadata[:scoped_id])
      number = alike.index(metadata[:scoped_id])
      number.zero? ? title : "#{title} (#{number + 1})"
    end

    # Opens the session of a test, which runs in this thread. Where it runs alone, what
    # other threads ask meanwhile is the test's, too.
    def begin(cassette, options = {}, alone: true, **more)
      session = Session.new(cassette, **options, **more)
      Thread.current.thread_variable_set(:mitmvcr, session)
      @alone = session if alone
      session
    end

    # Saves and ends it; returns what is wrong, else "".
    def end(session, failed: false)
      Thread.current.thread_variable_set(:mitmvcr, nil)
      @alone = nil if @alone.equal?(session)
      session.end(failed: failed)
    end

    # The session of the test that runs.
    def current = Thread.current.thread_variable_get(:mitmvcr) || @alone

    # Lets what the block asks belong to a session: for threads that a test starts where
    # others run at once.
    def within(session)
      before = Thread.current.thread_variable_get(:mitmvcr)
      Thread.current.thread_variable_set(:mitmvcr, session)
      yield
    ensure
      Thread.current.thread_variable_set(:mitmvcr, before)
    end

    # What the block asks is led nowhere.
    def aside
      Thread.current.thread_variable_set(:mitmvcr_aside, true)
      yield
    ensure
      Thread.current.thread_variable_set(:mitmvcr_aside, nil)
    end

    def aside? = Thread.current.thread_variable_get(:mitmvcr_aside)
  end
end
