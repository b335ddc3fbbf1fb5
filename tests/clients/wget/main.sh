set -e
wget -qO- "$1/json"
wget -qO- --compression=gzip "$1/encoded/gzip"
wget -qO- --header='Content-Type: application/json' --post-data='{"a": 1}' "$1/json"
wget -qO- "$1/redirect/308"
wget -qO- --header='Cookie: flavour=oat' "$1/cookies"
wget -qO- "$1/sse?n=2"
