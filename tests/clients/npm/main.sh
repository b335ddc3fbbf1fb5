# Installs a package.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --cache "$folder/cache" --prefix "$folder" \
  --registry "$1/" mitmvcr-sample@1.0.0 >"$folder/said" || { cat "$folder/said"; exit 1; }
ls "$folder/node_modules/mitmvcr-sample"
