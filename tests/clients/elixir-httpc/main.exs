[base | _] = System.argv()
{:ok, _} = Application.ensure_all_started(:ssl)
{:ok, _} = Application.ensure_all_started(:inets)
ssl = [verify: :verify_peer, cacerts: :public_key.cacerts_get()]

show = fn path, headers ->
  request = {String.to_charlist(base <> path), headers}
  {:ok, {_, _, body}} = :httpc.request(:get, request, [ssl: ssl], body_format: :binary)
  IO.puts(body)
end

show.("/json", [])
show.("/encoded/gzip", [])
show.("/redirect/308", [])
show.("/cookies", [{'cookie', 'flavour=oat'}])
show.("/sse?n=2", [])
