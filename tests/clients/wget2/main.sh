set -e
wget2 -qO- "$1/json"
wget2 -qO- --compression=gzip "$1/encoded/gzip"
wget2 -qO- "$1/redirect/308"
wget2 -qO- --header='Cookie: flavour=oat' "$1/cookies"
wget2 -qO- "$1/sse?n=2"
