package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mitmvcr.MitmVcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.opentest4j.TestAbortedException;

/** Run when it is named: each test fails twice. */
class Tried {
  @RegisterExtension static MitmVcr vcr = new MitmVcr();
  static final List<String> seen = new ArrayList<>();

  static void ask() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://api.test/counter")).build();
    seen.add(vcr.client().send(request, BodyHandlers.ofString()).body());
    Files.write(Path.of("seen"), seen);
  }

  @Test
  void rerun() throws Exception {
    ask();
    assertEquals(3, seen.size());
  }

  @RetryingTest
  void retried() throws Exception {
    ask();
    assertEquals(3, seen.size());
  }
}

/** Run when it is named. */
class Skipped {
  @RegisterExtension static MitmVcr vcr = Tried.vcr;

  @Test
  void isNotForHere() throws Exception {
    Tried.ask();
    assumeTrue(false);
  }

  @Test
  void fails() throws Exception {
    Tried.ask();
    fail();
  }
}

/** As JUnit Pioneer's: the tries that have failed are aborted, up to the last one. */
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@Execution(ExecutionMode.SAME_THREAD)
@ExtendWith(Retries.class)
@interface RetryingTest {}

class Retries implements TestTemplateInvocationContextProvider, TestExecutionExceptionHandler {
  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
    return IntStream.range(0, 3).mapToObj(n -> new TestTemplateInvocationContext() {});
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown) {
    throw new TestAbortedException("it is tried again", thrown);
  }
}
