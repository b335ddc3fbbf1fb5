# main.sh XH BASE
set -e
xh() { "$program" --ignore-stdin --body "$@"; }
program=$1
base=$2
xh "$base/json"
xh "$base/encoded/gzip"
xh --raw '{"a": 1}' POST "$base/json"
xh --follow "$base/redirect/308"
xh "$base/cookies" Cookie:flavour=oat
xh --stream "$base/sse?n=2"
