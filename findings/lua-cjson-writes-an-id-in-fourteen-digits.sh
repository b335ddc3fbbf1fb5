#!/usr/bin/env bash
# lua-cjson, the JSON of OpenResty's gateways and of most programs in Lua, writes numbers with fourteen digits: the id
# 1234567890123456, which it has read well, is 1.2345678901235e+15 where it goes on, 100000000000000 is 1e+14 and a place
# loses a digit or two, with no error. An empty list is an object, [] is {}, and each slash is \/; dkjson, written in Lua,
# writes the list as it was and makes 1.2345678901235e+15 as well.
#
# Versions: lua-cjson 2.1.0 (lua-cjson 2.1.0+dfsg-2.2), dkjson 2.6 (lua-dkjson 2.6-2), Lua 5.1.5 (Debian 12's packages).
# Source: lua-cjson's manual: encode_number_precision is 14 by default, and 16 at the most; a table without entries is an
# object. A double has 15 to 17 digits.
# Why it matters to a recorder: a gateway that reads a body and writes it anew sends another id than it was sent, under a 200;
# whose recording is taken in front of it, and whose behind it, are of two payments, and no rule that forgives a
# rounding may forgive this one.
set -euo pipefail
for tool in apt-get dpkg; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download lua-cjson=2.1.0+dfsg-2.2 lua-dkjson=2.6-2 lua5.1=5.1.5-9 liblua5.1-0=5.1.5-9
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.lua <<'LUA'
local readers = { { 'cjson', require 'cjson' }, { 'dkjson', require 'dkjson' } }
local texts = {
  '{"id":1234567890123456}', '{"id":100000000000000}', '{"lat":10.005202927094325}', '{"tags":[]}',
  '{"url":"http://api.example/"}', '{"amount":1.50}',
}
for _, text in ipairs(texts) do
  for _, reader in ipairs(readers) do
    print(text, reader[1] .. ':', reader[2].encode((reader[2].decode(text))))
  end
end
LUA
libraries=$(dirname "$(find unpacked -name liblua5.1-cjson.so.0)")
export LD_LIBRARY_PATH=$work/$libraries LUA_CPATH="$work/$libraries/lua/5.1/?.so"
export LUA_PATH="$work/unpacked/usr/share/lua/5.1/?.lua"
unpacked/usr/bin/lua5.1 look.lua > found
cat found
cat > expected <<'END'
{"id":1234567890123456}	cjson:	{"id":1.2345678901235e+15}
{"id":1234567890123456}	dkjson:	{"id":1.2345678901235e+15}
{"id":100000000000000}	cjson:	{"id":1e+14}
{"id":100000000000000}	dkjson:	{"id":1e+14}
{"lat":10.005202927094325}	cjson:	{"lat":10.005202927094}
{"lat":10.005202927094325}	dkjson:	{"lat":10.005202927094}
{"tags":[]}	cjson:	{"tags":{}}
{"tags":[]}	dkjson:	{"tags":[]}
{"url":"http://api.example/"}	cjson:	{"url":"http:\/\/api.example\/"}
{"url":"http://api.example/"}	dkjson:	{"url":"http://api.example/"}
{"amount":1.50}	cjson:	{"amount":1.5}
{"amount":1.50}	dkjson:	{"amount":1.5}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
