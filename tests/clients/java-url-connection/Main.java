import java.net.HttpURLConnection;
import java.net.URL;

class Main {
  static void show(String url, String cookie, String body) throws Exception {
    HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
    connection.setRequestProperty("Cookie", cookie);
    if (body != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes());
    }
    System.out.println(new String(connection.getInputStream().readAllBytes(), "UTF-8"));
  }

  public static void main(String[] words) throws Exception {
    show(words[0] + "/json", "", null);
    show(words[0] + "/encoded/gzip", "", null);
    show(words[0] + "/json", "", "{\"a\": 1}");
    show(words[0] + "/cookies", "flavour=oat", null);
    show(words[0] + "/sse?n=2", "", null);
  }
}
