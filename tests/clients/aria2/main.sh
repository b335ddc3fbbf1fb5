set -e
fetch() {
  url=$1
  shift
  aria2c -q --allow-overwrite=true -o got "$@" "$url"
  cat got
  rm got
}
fetch "$1/json"
fetch "$1/encoded/gzip" --http-accept-gzip=true
fetch "$1/redirect/308"
fetch "$1/cookies" --header='Cookie: flavour=oat'
fetch "$1/sse?n=2"
