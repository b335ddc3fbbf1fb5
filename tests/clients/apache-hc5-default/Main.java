import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

class Main {
  static void show(CloseableHttpClient client, ClassicHttpRequest request) throws Exception {
    String body = client.execute(request, answer -> EntityUtils.toString(answer.getEntity(), "UTF-8"));
    System.out.println(body);
  }

  public static void main(String[] words) throws Exception {
    String base = words[0];
    try (CloseableHttpClient client = HttpClients.createDefault()) {
      show(client, new HttpGet(base + "/json"));
      show(client, new HttpGet(base + "/encoded/gzip"));
      HttpPost post = new HttpPost(base + "/json");
      post.setEntity(new StringEntity("{\"a\": 1}"));
      show(client, post);
      show(client, new HttpGet(base + "/redirect/308"));
      show(client, new HttpGet(base + "/sse?n=2"));
    }
  }
}
