import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

class Main {
  static final OkHttpClient client = new OkHttpClient();

  static void show(Request.Builder request) throws Exception {
    try (Response answer = client.newCall(request.build()).execute()) {
      System.out.println(answer.body().string());
    }
  }

  public static void main(String[] words) throws Exception {
    String base = words[0];
    show(new Request.Builder().url(base + "/json"));
    show(new Request.Builder().url(base + "/encoded/gzip"));
    show(new Request.Builder().url(base + "/json").post(RequestBody.create("{\"a\": 1}", null)));
    show(new Request.Builder().url(base + "/redirect/308"));
    show(new Request.Builder().url(base + "/cookies").header("Cookie", "flavour=oat"));
    show(new Request.Builder().url(base + "/sse?n=2"));
    client.connectionPool().evictAll();
    client.dispatcher().executorService().shutdown();
  }
}
