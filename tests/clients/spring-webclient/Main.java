import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;

class Main {
  public static void main(String[] words) {
    HttpClient http = HttpClient.create().compress(true).followRedirect(true);
    WebClient client =
        WebClient.builder().baseUrl(words[0]).clientConnector(new ReactorClientHttpConnector(http)).build();
    show(client.get().uri("/json"));
    show(client.get().uri("/encoded/gzip"));
    show(client.post().uri("/json").contentType(MediaType.TEXT_PLAIN).bodyValue("{\"a\": 1}"));
    show(client.get().uri("/redirect/308"));
    show(client.get().uri("/cookies").cookie("flavour", "oat"));
    String events = client.get().uri("/sse?n=2").retrieve().bodyToFlux(String.class)
        .reduce("", (all, each) -> all + "data: " + each + "\n").block();
    System.out.println(events);
  }

  static void show(WebClient.RequestHeadersSpec<?> request) {
    System.out.println(request.retrieve().bodyToMono(String.class).block());
  }
}
