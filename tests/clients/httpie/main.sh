set -e
http=$1/http
"$http" --ignore-stdin --body "$2/json"
"$http" --ignore-stdin --body "$2/encoded/gzip"
"$http" --ignore-stdin --body --raw '{"a": 1}' POST "$2/json"
"$http" --ignore-stdin --body --follow "$2/redirect/308"
"$http" --ignore-stdin --body "$2/cookies" Cookie:flavour=oat
"$http" --ignore-stdin --body --stream "$2/sse?n=2"
