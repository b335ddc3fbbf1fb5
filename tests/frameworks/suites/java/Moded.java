package shop;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import mitmvcr.MitmVcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test whose code names a mode. */
class Moded {
  @RegisterExtension static MitmVcr vcr = new MitmVcr().with("mode", System.getenv("CODE"));

  @Test
  void asks() throws Exception {
    URI uri = URI.create(ShopTest.SHOP + "/counter");
    vcr.client().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
