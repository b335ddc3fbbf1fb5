import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;

class Main {
  public static void main(String[] words) throws Exception {
    Vertx vertx = Vertx.vertx();
    WebClient client = WebClient.create(vertx, new WebClientOptions().setDecompressionSupported(true));
    for (String path : new String[] {"/json", "/encoded/gzip", "/redirect/308"}) {
      show(client.getAbs(words[0] + path), null);
    }
    show(client.getAbs(words[0] + "/cookies").putHeader("Cookie", "flavour=oat"), null);
    show(client.getAbs(words[0] + "/sse?n=2"), null);
    show(client.postAbs(words[0] + "/json"), Buffer.buffer("{\"a\": 1}"));
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  static void show(HttpRequest<Buffer> request, Buffer body) throws Exception {
    var sent = body == null ? request.send() : request.sendBuffer(body);
    System.out.println(sent.toCompletionStage().toCompletableFuture().get().bodyAsString());
  }
}
