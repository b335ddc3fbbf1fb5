# A project with a dependency from a repository.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/build.gradle" <<BUILD
repositories { maven { url '$1/maven' } }
configurations { needed }
dependencies { needed 'a:parent:1@pom' }
task show { doLast { configurations.needed.files.each { println 'resolved' } } }
BUILD
gradle -q --no-daemon --console=plain -g "$folder/home" -p "$folder" show
