#!/usr/bin/env bash
# Before its first call HAPI's client for FHIR, the language of hospitals' systems, asks the server what it is, GET
# /metadata, and a refusal of that is raised as the call's own: where there is no such page the patient that is there is
# "not found", by the very exception for a patient that is not. Who has been asked is kept in the FhirContext: the first
# client of a context sends one request more than the second, and each new context asks again.
#
# Versions: hapi-fhir-client 8.8.1 with hapi-fhir-structures-r4 8.8.1 (Java 17 or newer).
# Source: hapi-fhir's RestfulClientFactory (validateServerBase, setServerValidationMode: ONCE is the default, and is
# documented; the version that a server says it has is compared too, and must not be older).
# Why it matters to a recorder: which test has the GET /metadata in its cassette goes by which ran first in its process;
# run alone, another one asks, and of a replay that has it not the test hears that its patient does not exist, where a
# test for just that passes. ServerValidationModeEnum.NEVER makes each test send its own requests alone.
set -euo pipefail
for tool in mvn java; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>ca.uhn.hapi.fhir</groupId><artifactId>hapi-fhir-client</artifactId><version>8.8.1</version>
    </dependency>
    <dependency>
      <groupId>ca.uhn.hapi.fhir</groupId><artifactId>hapi-fhir-structures-r4</artifactId><version>8.8.1</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > /dev/null
cat > Look.java <<'JAVA'
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.client.api.ServerValidationModeEnum;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Patient;

public class Look {
    static final List<String> asked = new ArrayList<>();
    static int metadata = 200;
    static int patient = 200;
    static String url;

    static void look(String name, FhirContext context) {
        asked.clear();
        String ended;
        try {
            var read = context.newRestfulGenericClient(url).read().resource(Patient.class).withId("1").execute();
            ended = "patient " + read.getIdElement().getIdPart();
        } catch (BaseServerResponseException error) {
            ended = error.getClass().getSimpleName();
        }
        System.out.println(name + ": " + String.join(", ", asked) + ": " + ended);
    }

    public static void main(String[] args) throws Exception {
        HttpServer origin = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        origin.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            asked.add(exchange.getRequestMethod() + " " + path);
            boolean about = path.endsWith("/metadata");
            String body = about
                ? "{\"resourceType\": \"CapabilityStatement\", \"fhirVersion\": \"4.0.1\"}"
                : "{\"resourceType\": \"Patient\", \"id\": \"1\"}";
            exchange.getResponseHeaders().add("Content-Type", "application/fhir+json");
            exchange.sendResponseHeaders(about ? metadata : patient, body.length());
            exchange.getResponseBody().write(body.getBytes());
            exchange.close();
        });
        origin.start();
        url = "http://127.0.0.1:" + origin.getAddress().getPort() + "/fhir";
        FhirContext context = FhirContext.forR4();
        look("first client of a context", context);
        look("second client of it", context);
        look("client of a new context", FhirContext.forR4());
        patient = 404;
        look("no such patient", context);
        patient = 200;
        metadata = 404;
        look("no such page of the server", FhirContext.forR4());
        metadata = 424;
        look("page refused by 424", FhirContext.forR4());
        FhirContext never = FhirContext.forR4();
        never.getRestfulClientFactory().setServerValidationMode(ServerValidationModeEnum.NEVER);
        look("told never to ask", never);
        System.exit(0);
    }
}
JAVA
timeout 100 java -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
first client of a context: GET /fhir/metadata, GET /fhir/Patient/1: patient 1
second client of it: GET /fhir/Patient/1: patient 1
client of a new context: GET /fhir/metadata, GET /fhir/Patient/1: patient 1
no such patient: GET /fhir/Patient/1: ResourceNotFoundException
no such page of the server: GET /fhir/metadata: ResourceNotFoundException
page refused by 424: GET /fhir/metadata: UnclassifiedServerFailureException
told never to ask: GET /fhir/Patient/1: patient 1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
