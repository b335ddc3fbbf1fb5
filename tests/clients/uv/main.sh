# main.sh UV PYTHON BASE: installs a package into a folder.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" pip install -q --no-cache --no-config --python "$2" --target "$folder" \
  --index-url "$3/simple/" mitmvcr-sample==1.0.0
(cd "$folder" && ls ./*.py | cut -c3-)
