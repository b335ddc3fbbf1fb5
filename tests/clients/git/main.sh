set -e
git ls-remote "$1/repo.git"
