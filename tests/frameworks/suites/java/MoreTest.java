package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URL;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import mitmvcr.MitmVcr;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An extension of each test's own, other clients, and names. */
class MoreTest {
  @RegisterExtension MitmVcr vcr = new MitmVcr().with("match", "method,path");

  @Test
  void optionsOfTheExtension() throws Exception {
    get("/json?at=" + UUID.randomUUID());
  }

  @Test
  void textIsKept() throws Exception {
    String text = "é \"\\\n\t\u0001 😀" + UUID.randomUUID();
    String kept = vcr.variable("text", () -> text);
    assertEquals(text.substring(0, 10), kept.substring(0, 10));
    get("/json");
  }

  @Test
  void threadsOfATestAreGivenItsSession() throws Exception {
    MitmVcr.Session session = vcr.session();
    Throwable[] thrown = new Throwable[1];
    Thread thread = new Thread(() -> {
      assertThrows(IllegalStateException.class, vcr::session);
      assertEquals("shop/MoreTest/threadsOfATestAreGivenItsSession", session.cassette());
    });
    thread.setUncaughtExceptionHandler((ignored, error) -> thrown[0] = error);
    thread.start();
    thread.join();
    assertEquals(null, thrown[0]);
    get("/json");
  }

  @Nested
  class Inner {
    @RepeatedTest(2)
    void repeated() throws Exception {
      assertTrue(vcr.session().cassette().startsWith("shop/MoreTest/Inner/repeated-"));
      get("/json");
    }
  }

  private void get(String path) throws Exception {
    URL url = URI.create(ShopTest.SHOP + path).toURL();
    HttpsURLConnection connection = (HttpsURLConnection) url.openConnection(vcr.session().proxy());
    connection.setSSLSocketFactory(vcr.session().sslContext().getSocketFactory());
    assertEquals(200, connection.getResponseCode());
    connection.disconnect();
  }
}
