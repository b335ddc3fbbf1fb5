# A browser asks a database of its own whom to trust; it is made once for a home.
set -e
database=sql:$HOME/.pki/nssdb
mkdir -p "$HOME/.pki/nssdb"
certutil -d "$database" -N --empty-password 2>/dev/null || true
certutil -d "$database" -A -t C,, -n mitmvcr -i "$MITMVCR_CA_FILE"
exec "$1" "$(dirname "$0")/main.mjs" "$2"
