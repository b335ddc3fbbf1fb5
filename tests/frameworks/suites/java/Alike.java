package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import mitmvcr.MitmVcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests whose names are one, but for what stands beside them. */
class Alike {
  @RegisterExtension static MitmVcr vcr = new MitmVcr();

  @Test
  void both() throws Exception {
    ask();
  }

  @ParameterizedTest
  @ValueSource(ints = 1)
  void both(int number) throws Exception {
    ask();
  }

  @ParameterizedTest
  @ValueSource(strings = "1")
  void both(String text) throws Exception {
    ask();
  }

  /** Their types have one name, too, so one of the two is refused. */
  @ParameterizedTest
  @NullSource
  void dates(java.util.Date date) throws Exception {
    ask();
  }

  @ParameterizedTest
  @NullSource
  void dates(java.sql.Date date) throws Exception {
    ask();
  }

  static void ask() throws Exception {
    URI uri = URI.create(ShopTest.SHOP + "/counter");
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    assertEquals(200, vcr.client().send(request, BodyHandlers.ofString()).statusCode());
  }
}

/** Each of its tests runs for each number of the class. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class Twice {
  @RegisterExtension static MitmVcr vcr = Alike.vcr;

  @Parameter int number;

  @Test
  void once() throws Exception {
    Alike.ask();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void again(int other) throws Exception {
    Alike.ask();
  }
}
