#!/usr/bin/env bash
# Java's libraries, each asked to write the JSON that it has read, write six texts: Gson and Moshi, read into maps, make
# 1.0 of 1 and 9.007199254740992E15 of the id 9007199254740993, and leave each null out, as fastjson2 does; Gson writes
# "=" and "'" as \u003d and \u0027, org.json 1 for 1.0, json-smart and json-simple \/ for a slash, and these three put
# the fields into the order of a hash. Jackson, and all but fastjson2, write 1.1 for 1.10.
#
# Versions: Gson 2.15.0, Moshi 1.15.2, org.json 20250517, Jackson 2.19.2, fastjson2 2.0.58, json-smart 2.5.2, json-simple
# 1.1.1 (JDK 17).
# Source: observed; Gson's ToNumberPolicy.DOUBLE and htmlSafe are its defaults, as is fastjson2's leaving nulls out;
# org.json writes by JSONObject.numberToString, which takes off the zeros behind the point.
# Why it matters to a recorder: two programs in one language that pass on the same message send other bytes, of other
# lengths, and where a null or an id is gone another message; bodies have to be compared by what they mean, and 1 and
# 1.0 to be equal, for one's recording to answer the other.
set -euo pipefail
for tool in java mvn; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
{
  echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
  echo '<groupId>a</groupId><artifactId>a</artifactId><version>1</version><dependencies>'
  while read -r group name version; do
    echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$version</version></dependency>"
  done <<'JARS'
com.google.code.gson gson 2.15.0
com.squareup.moshi moshi 1.15.2
org.json json 20250517
com.fasterxml.jackson.core jackson-databind 2.19.2
com.alibaba.fastjson2 fastjson2 2.0.58
net.minidev json-smart 2.5.2
com.googlecode.json-simple json-simple 1.1.1
JARS
  echo '</dependencies></project>'
} > pom.xml
mvn -q -B dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$work/jars" \
  > maven.log || { cat maven.log; exit 1; }
cat > Look.java <<'JAVA'
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.util.LinkedHashMap;
import java.util.Map;

public class Look {
  interface Library {
    String again(String text) throws Exception;
  }

  static final String[] SENT = {
    "{\"to\":1,\"id\":9007199254740993}",
    "{\"to\":null,\"by\":\"ann\"}",
    "{\"amount\":1.0}",
    "{\"amount\":1.10}",
    "{\"url\":\"http://api.example/a?b=it's\"}",
    "{\"b\":true,\"a\":false}",
  };

  public static void main(String[] arguments) throws Exception {
    Map<String, Library> libraries = new LinkedHashMap<>();
    Gson gson = new Gson();
    JsonAdapter<Object> moshi = new Moshi.Builder().build().adapter(Object.class);
    ObjectMapper jackson = new ObjectMapper();
    libraries.put("Gson", text -> gson.toJson(gson.fromJson(text, Object.class)));
    libraries.put("Moshi", text -> moshi.toJson(moshi.fromJson(text)));
    libraries.put("org.json", text -> new org.json.JSONObject(text).toString());
    libraries.put("Jackson", text -> jackson.writeValueAsString(jackson.readValue(text, Object.class)));
    libraries.put("fastjson2", text ->
        com.alibaba.fastjson2.JSON.toJSONString(com.alibaba.fastjson2.JSON.parse(text)));
    libraries.put("json-smart", text ->
        net.minidev.json.JSONValue.toJSONString(net.minidev.json.JSONValue.parseWithException(text)));
    libraries.put("json-simple", text ->
        org.json.simple.JSONValue.toJSONString(org.json.simple.JSONValue.parseWithException(text)));
    for (String text : SENT) {
      System.out.println(text);
      for (Map.Entry<String, Library> each : libraries.entrySet()) {
        String written = each.getValue().again(text);
        System.out.println("  " + each.getKey() + ": " + (written.equals(text) ? "the same" : written));
      }
    }
  }
}
JAVA
java -cp "jars/*" Look.java > found
cat found
cat > expected <<'END'
{"to":1,"id":9007199254740993}
  Gson: {"to":1.0,"id":9.007199254740992E15}
  Moshi: {"to":1.0,"id":9.007199254740992E15}
  org.json: the same
  Jackson: the same
  fastjson2: the same
  json-smart: the same
  json-simple: the same
{"to":null,"by":"ann"}
  Gson: {"by":"ann"}
  Moshi: {"by":"ann"}
  org.json: {"by":"ann","to":null}
  Jackson: the same
  fastjson2: {"by":"ann"}
  json-smart: {"by":"ann","to":null}
  json-simple: {"by":"ann","to":null}
{"amount":1.0}
  Gson: the same
  Moshi: the same
  org.json: {"amount":1}
  Jackson: the same
  fastjson2: the same
  json-smart: the same
  json-simple: the same
{"amount":1.10}
  Gson: {"amount":1.1}
  Moshi: {"amount":1.1}
  org.json: {"amount":1.1}
  Jackson: {"amount":1.1}
  fastjson2: the same
  json-smart: {"amount":1.1}
  json-simple: {"amount":1.1}
{"url":"http://api.example/a?b=it's"}
  Gson: {"url":"http://api.example/a?b\u003dit\u0027s"}
  Moshi: the same
  org.json: the same
  Jackson: the same
  fastjson2: the same
  json-smart: {"url":"http:\/\/api.example\/a?b=it's"}
  json-simple: {"url":"http:\/\/api.example\/a?b=it's"}
{"b":true,"a":false}
  Gson: the same
  Moshi: the same
  org.json: {"a":false,"b":true}
  Jackson: the same
  fastjson2: the same
  json-smart: {"a":false,"b":true}
  json-simple: {"a":false,"b":true}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
