#!/usr/bin/env bash
# Erlang's httpc sends a request again by itself, a POST too, after each 503 whose Retry-After
# has one or two characters, for as often as they come and with no option against it; the
# program sees a 503 only if the value has three or more: 99 is waited for, 100 is not, and
# 000 is handed over where 00 is an order to ask again at once.
#
# Versions: erlang-base and erlang-inets 25.2.3+dfsg-1+deb12u4 (Debian 12's packages).
# Source: inets' httpc_response.erl (status_service_unavailable: length(Time) < 3), httpc's
# documentation, which says nothing of it; Elixir's Tesla and others stand on httpc.
# Why it matters to a recorder: what shortens a recorded wait of 120 seconds to 0 or 1 turns
# a hint into an order: the client asks for what was never recorded, and the program's own
# code for an overloaded origin never runs. 000 is 0 to everybody else, and long enough for
# httpc. Where the origin said 5, one call of the program is several interactions.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download erlang-base=1:25.2.3+dfsg-1+deb12u4 erlang-inets=1:25.2.3+dfsg-1+deb12u4
for name in *.deb; do dpkg -x "$name" unpacked; done
sed -i "s|ROOTDIR=/usr|ROOTDIR=$work/unpacked/usr|" unpacked/usr/lib/erlang/bin/erl
cat > look.py <<'PY'
import collections
import http.server
import subprocess
import threading

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
CALLS = [(503, "0"), (503, "00"), (503, "1"), (503, "000"), (503, "001"), (503, "100")]
CALLS += [(503, DATE), (429, "0")]
ASK = """
ok = inets:start(),
Ask = fun(Url) ->
  {ok, {{_, Code, _}, _, _}} = httpc:request(post, {Url, [], "text/plain", "pay"}, [], []),
  io:format("~p ", [Code])
end,
lists:foreach(Ask, init:get_plain_arguments()),
halt().
"""
asked = collections.Counter()


class Origin(http.server.BaseHTTPRequestHandler):
    """It is busy three times, and answers then."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        place = int(self.path[1:])
        asked[place] += 1
        code, after = CALLS[place]
        self.send_response(code if asked[place] < 4 else 200)
        self.send_header("Retry-After", after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
urls = [f"http://127.0.0.1:{origin.server_port}/{place}" for place in range(len(CALLS))]
erl = "unpacked/usr/lib/erlang/bin/erl"
words = [erl, "-noshell", "-eval", ASK, "-extra", *urls]
ran = subprocess.run(words, capture_output=True, text=True, timeout=120)
codes = ran.stdout.split()
if len(codes) != len(CALLS):
    raise SystemExit(f"httpc did not answer: {ran.stdout} {ran.stderr}")
for place, (code, after) in enumerate(CALLS):
    times = asked[place]
    print(f"{code}, Retry-After: {after} -> sent {times} times, the program saw {codes[place]}")
PY
echo "erlang-inets $(dpkg-deb -f erlang-inets*.deb Version)"
timeout 120 python3 look.py | tee found
cat > expected <<'END'
503, Retry-After: 0 -> sent 4 times, the program saw 200
503, Retry-After: 00 -> sent 4 times, the program saw 200
503, Retry-After: 1 -> sent 4 times, the program saw 200
503, Retry-After: 000 -> sent 1 times, the program saw 503
503, Retry-After: 001 -> sent 1 times, the program saw 503
503, Retry-After: 100 -> sent 1 times, the program saw 503
503, Retry-After: Sun, 06 Nov 1994 08:49:37 GMT -> sent 1 times, the program saw 503
429, Retry-After: 0 -> sent 1 times, the program saw 429
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
