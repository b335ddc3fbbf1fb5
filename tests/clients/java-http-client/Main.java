import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

class Main {
  static final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  static void show(HttpRequest.Builder request) throws Exception {
    System.out.println(client.send(request.build(), BodyHandlers.ofString()).body());
  }

  public static void main(String[] words) throws Exception {
    URI base = URI.create(words[0]);
    show(HttpRequest.newBuilder(base.resolve("/json")));
    show(HttpRequest.newBuilder(base.resolve("/encoded/gzip")));
    show(HttpRequest.newBuilder(base.resolve("/json")).POST(BodyPublishers.ofString("{\"a\": 1}")));
    show(HttpRequest.newBuilder(base.resolve("/redirect/308")));
    show(HttpRequest.newBuilder(base.resolve("/cookies")).header("Cookie", "flavour=oat"));
    show(HttpRequest.newBuilder(base.resolve("/sse?n=2")));
  }
}
