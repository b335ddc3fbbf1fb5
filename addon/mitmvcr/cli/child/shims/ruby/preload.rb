# Loaded by `ruby -r` (RUBYOPT) into every Ruby of `mitmvcr run`, for libraries that read no
# variable: typhoeus (ethon) takes no authorities from one, http.rb no proxy. Whoever names
# their own keeps them. Nothing is loaded here; a library is changed once it is there.
return if defined?(MitmvcrPreload) # by the mitmvcr of a run around this one

module MitmvcrPreload
  module Trust
    def http_request(url, action_name, options = {})
      super
      bundle = ENV["SSL_CERT_FILE"]
      self.cainfo = bundle if bundle && !options.key?(:cainfo) && !options.key?(:capath)
    end
  end

  module Proxied
    def initialize(options)
      super
      found = ::URI.parse(uri.origin).find_proxy if (proxy || {}).empty?
      return unless found

      place = { proxy_address: found.host, proxy_port: found.port }
      @proxy = { **place, proxy_username: found.user, proxy_password: found.password }.compact
    end
  end

  CHANGES = { "Ethon::Easy" => Trust, "HTTP::Request" => Proxied }

  def self.look
    CHANGES.each do |name, change|
      next unless whole?(name)

      CHANGES.delete(name)
      Object.const_get(name).prepend(change)
    end
  rescue StandardError => error
    CHANGES.clear
    warn "mitmvcr: some of Ruby's clients go past the proxy: #{error.message}"
  end

  # Is it defined, and not only known as what would be loaded?
  def self.whole?(name)
    name.split("::").inject(Object) do |outer, part|
      return false if !outer.const_defined?(part, false) || outer.autoload?(part)

      outer.const_get(part)
    end
  end
end

module Kernel
  alias mitmvcr_require require
  private :mitmvcr_require

  def require(path)
    mitmvcr_require(path).tap { MitmvcrPreload.look unless MitmvcrPreload::CHANGES.empty? }
  end
  private :require
end
