set -e
curl -sS "$1/json"
curl -sS --compressed "$1/encoded/gzip"
curl -sS -H 'Content-Type: application/json' -d '{"a": 1}' "$1/json"
curl -sS -L "$1/redirect/308"
curl -sS -b flavour=oat "$1/cookies"
curl -sS -N "$1/sse?n=2"
