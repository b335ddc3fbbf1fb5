# A project whose parent is in a repository.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>a</groupId><artifactId>parent</artifactId><version>1</version></parent>
  <artifactId>child</artifactId>
  <packaging>pom</packaging>
  <repositories><repository><id>origin</id><url>$1/maven</url></repository></repositories>
</project>
POM
mvn -q -B -Dmaven.repo.local="$folder/repository" -f "$folder/pom.xml" validate >"$folder/said" || {
  cat "$folder/said"
  exit 1
}
echo resolved
