#!/usr/bin/env escript
main([Base | _]) ->
    ssl:start(),
    inets:start(),
    Show = fun(Method, Request) ->
        Ssl = [{ssl, [{verify, verify_peer}, {cacerts, public_key:cacerts_get()}]}],
        {ok, {{_, 200, _}, _, Body}} = httpc:request(Method, Request, Ssl, [{body_format, binary}]),
        file:write(standard_io, [Body, "\n"])
    end,
    io:setopts([{encoding, latin1}]),
    Show(get, {Base ++ "/json", []}),
    Show(get, {Base ++ "/encoded/gzip", []}),
    Show(post, {Base ++ "/json", [], "application/json", "{\"a\": 1}"}),
    Show(get, {Base ++ "/redirect/308", []}),
    Show(get, {Base ++ "/cookies", [{"cookie", "flavour=oat"}]}),
    Show(get, {Base ++ "/sse?n=2", []}).
