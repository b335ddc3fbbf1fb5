# A browser asks a database of its own whom to trust; certutil makes it.
# main.sh NODE PROGRAM BASE
set -e
database=sql:$HOME/.pki/nssdb
mkdir -p "$HOME/.pki/nssdb"
certutil -d "$database" -A -t C,, -n mitmvcr -i "$MITMVCR_CA_FILE"
exec "$1" "$2" "$3"
