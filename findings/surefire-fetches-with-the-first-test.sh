#!/usr/bin/env bash
# Maven's Surefire downloads what runs JUnit no earlier than with a first test: neither
# dependency:go-offline nor `mvn test` that selects no test brings it, both succeed, and the
# suite then fails offline before its first test.
#
# Versions: maven-surefire-plugin 3.5.4, maven-dependency-plugin 3.9.0, JUnit 5.11.4 (Maven
# 3.8.7, JDK 17).
# Source: Surefire's AbstractSurefireMojo (the provider is resolved where tests were found);
# the goal's documentation: go-offline resolves plugins, and not what they resolve later.
# Why it matters to a recorder: whoever prepares a build to be replayed without a network,
# or takes it off the network, sees "Cannot access central in offline mode" where a recorded
# answer was missing nowhere. One test, of any kind, has to run while there is a network.
set -euo pipefail
command -v mvn > /dev/null || { echo "mvn is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p src/test/java
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>a</groupId><artifactId>a</artifactId><version>1</version>
<properties><maven.compiler.release>17</maven.compiler.release>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>org.junit.jupiter</groupId>
<artifactId>junit-jupiter</artifactId><version>5.11.4</version><scope>test</scope>
</dependency></dependencies>
<build><plugins>
<plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
<plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
<plugin><artifactId>maven-dependency-plugin</artifactId><version>3.9.0</version></plugin>
</plugins></build></project>
POM
cat > src/test/java/OneTest.java <<'JAVA'
import org.junit.jupiter.api.Test;

class OneTest {
  @Test
  void passes() {}
}
JAVA
none=(-Dtest=None -Dsurefire.failIfNoSpecifiedTests=false)
maven() { # maven WORD...: with a repository of its own, and whether it succeeded
  local status=0
  mvn -q -B "-Dmaven.repo.local=$work/repository" "$@" > said 2>&1 || status=$?
  echo "mvn $*: status $status"
  ! grep -o 'surefire-junit-platform:jar:3.5.4 has not been downloaded' said
}
mvn -B --version > version
echo "maven-surefire-plugin 3.5.4, $(sed -n 's/.*\(Apache Maven [0-9.]*\).*/\1/p' version)"
{
  maven dependency:go-offline
  maven test "${none[@]}"
  maven -o test "${none[@]}"
  maven -o test || true
  maven test
  maven -o test
} | tee found
cat > expected <<'END'
mvn dependency:go-offline: status 0
mvn test -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false: status 0
mvn -o test -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false: status 0
mvn -o test: status 1
surefire-junit-platform:jar:3.5.4 has not been downloaded
mvn test: status 0
mvn -o test: status 0
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
