package shop;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import mitmvcr.MitmVcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MitmVcr.class)
class Hangs {
  @Test
  @MitmVcr.Vcr("hangs")
  void hangs(MitmVcr.Session vcr) throws Exception {
    URI uri = URI.create("https://api.test/json");
    vcr.client().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
    Thread.sleep(Long.MAX_VALUE);
  }
}
