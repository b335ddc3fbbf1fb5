#!/usr/bin/env escript
main([Url]) ->
    {ok, _} = application:ensure_all_started(ssl),
    {ok, _} = application:ensure_all_started(inets),
    Ssl = [{ssl, [{verify, verify_peer}, {cacerts, public_key:cacerts_get()}]}],
    case httpc:request(get, {Url, []}, Ssl, [{body_format, binary}]) of
        {ok, {_, _, Body}} -> io:put_chars(Body);
        {error, Reason} -> io:format(standard_error, "~p~n", [Reason]), halt(1)
    end.
