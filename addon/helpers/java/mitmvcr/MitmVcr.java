package mitmvcr;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Gives each test of JUnit 5 or 6 a mitmvcr cassette of its own, named after it. A request that
 * the cassette does not hold fails the test that made it. Nothing global is set, so tests run in
 * parallel.
 *
 * <p>As {@code @ExtendWith(MitmVcr.class)}, a test has a parameter {@link Session} or
 * {@link HttpClient}. As {@code @RegisterExtension MitmVcr vcr = new MitmVcr()}, static or not, a
 * test calls {@link #client()} and {@link #session()} in its own thread.
 */
public final class MitmVcr implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

  /** Names the cassette of a test, as {@code login/ok}, and chooses its mode and options. */
  @Target({ElementType.METHOD, ElementType.TYPE})
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Vcr {
    /** The cassette; by default it is named after the test. */
    String value() default "";

    /**
     * As mitmvcr has it: {@code replay_only}. That of the run counts more, and with {@code CI} set
     * this one records nothing.
     */
    String mode() default "";

    /** Further options by mitmvcr's names: {@code "match=method,url"}. */
    String[] options() default {};
  }

  private final Map<String, Object> options = new LinkedHashMap<>();
  /** A thread may begin a test while another of its tests waits, so each has several. */
  private final ThreadLocal<Deque<Session>> running = ThreadLocal.withInitial(ArrayDeque::new);

  /** Sets an option of all its sessions by mitmvcr's name: {@code with("match", "method,url")}. */
  public MitmVcr with(String name, Object value) {
    options.put(name, value);
    return this;
  }

  /** Returns the session of the test that runs in this thread. */
  public Session session() {
    Session found = running.get().peek();
    if (found == null) {
      throw new IllegalStateException(
          "mitmvcr: no test runs in this thread: let it have a MitmVcr.Session as a parameter");
    }
    return found;
  }

  /** Returns a client that goes through the session of the test that runs in this thread. */
  public HttpClient client() {
    return session().client();
  }

  /** Returns what {@code make} returns, recorded; a replay has the recorded one. */
  public String variable(String name, Supplier<?> make) {
    return session().variable(name, make);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Map<String, Object> wish = new LinkedHashMap<>(options);
    String name = nameOf(context);
    wish.put("cassette", name);
    context.getTestClass().ifPresent(found -> choose(found, wish, false));
    context.getTestMethod().ifPresent(found -> choose(found, wish, true));
    if (wish.get("cassette").equals(name)) {
      wish.put("test", testOf(context));
      wish.put("formerly", formerNameOf(context));
    }
    holdToTheRun(wish);
    Session session = new Session(Control.ofThisProcess().call("POST", "/sessions", wish), wish);
    running.get().push(session);
    context.getStore(Namespace.create(this)).put(Session.class, session);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Session session = sessionOf(context);
    if (session == null) {
      return; // it could not be opened, which has failed the test
    }
    running.get().remove(session);
    String wrong = session.end(hasFailed(context));
    if (wrong.isEmpty()) {
      return;
    }
    AssertionFailedError error = new AssertionFailedError(wrong);
    error.setStackTrace(new StackTraceElement[0]);
    throw error;
  }

  /** An aborted test has not, as by an assumption, unless it is a try of one. */
  private static boolean hasFailed(ExtensionContext context) {
    Throwable thrown = context.getExecutionException().orElse(null);
    boolean isAborted = thrown instanceof TestAbortedException;
    return thrown != null && (!isAborted || isRetried(context.getRequiredTestMethod()));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return (type == Session.class || type == HttpClient.class) && sessionOf(context) != null;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Session session = sessionOf(context);
    return parameter.getParameter().getType() == Session.class ? session : session.client();
  }

  private Session sessionOf(ExtensionContext context) {
    return context.getStore(Namespace.create(this)).get(Session.class, Session.class);
  }

  private static void choose(AnnotatedElement element, Map<String, Object> wish, boolean named) {
    Vcr chosen = element.getAnnotation(Vcr.class);
    if (chosen == null) {
      return;
    }
    if (!chosen.value().isEmpty()) {
      if (!named) {
        throw new IllegalArgumentException(
            "mitmvcr: @Vcr(\"" + chosen.value() + "\") on a class: name the cassettes of its tests");
      }
      wish.put("cassette", chosen.value());
    }
    if (!chosen.mode().isEmpty()) {
      wish.put("mode", chosen.mode());
    }
    for (String option : chosen.options()) {
      String[] pair = option.split("=", 2);
      if (pair.length < 2) {
        throw new IllegalArgumentException(
            "mitmvcr: @Vcr(options = \"" + option + "\"): use NAME=VALUE");
      }
      wish.put(pair[0], pair[1]);
    }
  }

  /** {@code mitmvcr run} sets the first one where it was given a mode. */
  private static final List<String> CHOSEN = List.of("MITMVCR_RUN_MODE", "MITMVCR_MODE");

  /**
   * Lets the mode that a run was given count more than one in code. Without one, no mode in code
   * records in CI.
   */
  private static void holdToTheRun(Map<String, Object> wish) {
    for (String name : CHOSEN) {
      String chosen = System.getenv(name);
      if (chosen != null && !chosen.isEmpty()) {
        wish.put("mode", chosen);
        return;
      }
    }
    Object mode = wish.get("mode");
    if (mode != null && !mode.equals("passthrough") && isCi()) {
      wish.put("mode", "replay_only");
    }
  }

  /** What mitmvcr itself takes for a CI server. */
  private static boolean isCi() {
    String said = System.getenv("CI");
    return said != null && !List.of("", "0", "false").contains(said.trim().toLowerCase(Locale.ROOT));
  }

  private static final String JUPITER = "[engine:junit-jupiter]/";

  /** Returns the test as no other is: by where its class is, and its ID, alone or in a suite. */
  private static String testOf(ExtensionContext context) {
    CodeSource source = context.getRequiredTestClass().getProtectionDomain().getCodeSource();
    String id = context.getUniqueId();
    int at = id.lastIndexOf(JUPITER);
    String own = at < 0 ? id : id.substring(at + JUPITER.length());
    if (isRetried(context.getRequiredTestMethod())) {
      own = own.substring(0, Math.max(0, own.lastIndexOf('/')));
    }
    return (source == null ? "" : source.getLocation() + ": ") + own;
  }

  private static final Pattern INVOCATION = Pattern.compile("-invocation:#(\\d+)\\]");

  /**
   * Returns the class, its package as folders, and the method, with its parameters where several
   * tests have its name, and with what tells the repetitions of class and method.
   */
  private static String nameOf(ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    String parameters = isOverloaded(context.getRequiredTestClass(), method) ? parametersOf(method) : "";
    List<String> numbers = numbersOf(context);
    List<String> own = numbers.subList(0, numbers.size() - (isRetried(method) ? 1 : 0));
    return nameOf(context, method.getName() + parameters, own);
  }

  /** Returns the name as older versions had it. */
  private static String formerNameOf(ExtensionContext context) {
    List<String> numbers = numbersOf(context);
    List<String> last = numbers.subList(Math.max(0, numbers.size() - 1), numbers.size());
    return nameOf(context, context.getRequiredTestMethod().getName(), last);
  }

  private static String nameOf(ExtensionContext context, String method, List<String> numbers) {
    String type = context.getRequiredTestClass().getName().replace('.', '/').replace('$', '/');
    String which = numbers.stream().map(number -> "-" + number).collect(Collectors.joining());
    return type + "/" + fit(method + which);
  }

  private static List<String> numbersOf(ExtensionContext context) {
    return INVOCATION.matcher(context.getUniqueId()).results()
        .map(found -> found.group(1)).collect(Collectors.toList());
  }

  /** Annotations of JUnit Pioneer and rerunner-jupiter. */
  private static final List<String> RETRYING = List.of("RetryingTest", "RepeatedIfExceptionsTest");

  /** Whether the repetitions of a test are tries of one, so that they have one cassette. */
  private static boolean isRetried(Method method) {
    return Arrays.stream(method.getAnnotations())
        .anyMatch(each -> RETRYING.contains(each.annotationType().getSimpleName()));
  }

  /** Whether another test of the class has the name: what is none has no annotation. */
  private static boolean isOverloaded(Class<?> type, Method method) {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      for (Method other : each.getDeclaredMethods()) {
        boolean isTest = !other.isSynthetic() && other.getAnnotations().length > 0;
        if (isTest && other.getName().equals(method.getName())
            && !Arrays.equals(other.getParameterTypes(), method.getParameterTypes())) {
          return true;
        }
      }
    }
    return false;
  }

  private static String parametersOf(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName).collect(Collectors.joining(", ", "(", ")"));
  }

  /** A name is at most so long in bytes, so that there can be files beside the cassette. */
  private static final int LONGEST = 180;

  /** Returns it without what one of the systems that cassettes are on has not in a name. */
  private static String fit(String name) {
    String found = name.replaceAll("[\\x00-\\x1f\\x7f\\\\/:*?\"<>|%]", "-");
    if (found.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      return found;
    }
    String start = found;
    while (start.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      start = start.substring(0, start.length() - 1);
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(found.getBytes(StandardCharsets.UTF_8));
      return start + "..." + String.format("%064x", new BigInteger(1, digest)).substring(0, 16);
    } catch (GeneralSecurityException error) {
      throw new IllegalStateException(error); // each Java has it
    }
  }

  /** A session of one test: what comes to its proxy is recorded, or replayed. */
  public static final class Session {
    private final Map<String, Object> facts;
    private final String cassette;
    private HttpClient client;
    private SSLContext sslContext;

    private Session(Map<String, Object> facts, Map<String, Object> wish) {
      this.facts = facts;
      // A secret in the name of a test is hidden, and what was recorded before keeps its name.
      this.cassette = (String) (wish.containsKey("test") ? facts.get("name") : wish.get("cassette"));
    }

    /** The name of the cassette, as {@code shop/OrderTest/order}. */
    public String cassette() {
      return cassette;
    }

    /** As mitmvcr has it: {@code record_once}. */
    public String mode() {
      return (String) facts.get("mode");
    }

    public URI proxyUrl() {
      return URI.create((String) facts.get("proxy_url"));
    }

    /** The file, in PEM, of the authority that a client has to trust. */
    public Path caFile() {
      return Path.of((String) facts.get("ca_file"));
    }

    /** For clients that take a {@code java.net.Proxy}, as OkHttp does. */
    public Proxy proxy() {
      return new Proxy(Proxy.Type.HTTP, address());
    }

    /** For clients that take a {@code ProxySelector}. Loopback goes through the proxy, too. */
    public ProxySelector proxySelector() {
      return ProxySelector.of(address());
    }

    private InetSocketAddress address() {
      return new InetSocketAddress(proxyUrl().getHost(), proxyUrl().getPort());
    }

    /** Trusts what Java trusts, and the proxy. */
    public synchronized SSLContext sslContext() {
      if (sslContext == null) {
        try {
          sslContext = SSLContext.getInstance("TLS");
          sslContext.init(null, new TrustManager[] {trustManager()}, null);
        } catch (GeneralSecurityException | IOException error) {
          throw new IllegalStateException("mitmvcr: " + caFile() + ": " + error.getMessage(), error);
        }
      }
      return sslContext;
    }

    /** What the context has of it: OkHttp wants both. */
    public X509TrustManager trustManager() throws GeneralSecurityException, IOException {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (X509Certificate root : trustManager(null).getAcceptedIssuers()) {
        store.setCertificateEntry("root" + number++, root);
      }
      try (InputStream file = Files.newInputStream(caFile())) {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        store.setCertificateEntry("mitmvcr", factory.generateCertificate(file));
      }
      return trustManager(store);
    }

    private static X509TrustManager trustManager(KeyStore store) throws GeneralSecurityException {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    }

    /** Returns a builder of a client that goes through the session. */
    public HttpClient.Builder clientBuilder() {
      return HttpClient.newBuilder().proxy(proxySelector()).sslContext(sslContext());
    }

    /** Returns a client that goes through the session. */
    public synchronized HttpClient client() {
      if (client == null) {
        client = clientBuilder().build();
      }
      return client;
    }

    /** Returns what {@code make} returns, recorded; a replay has the recorded one. */
    public String variable(String name, Supplier<?> make) {
      Map<String, Object> wish = Map.of(name, String.valueOf(make.get()));
      return (String) Control.ofThisProcess().call("POST", path() + "/variables", wish).get(name);
    }

    private String path() {
      String name = URLEncoder.encode((String) facts.get("name"), StandardCharsets.UTF_8);
      return "/sessions/" + name.replace("+", "%20");
    }

    /**
     * Saves and ends it; returns what is wrong, else "". Whose test has failed {@code mitmvcr run}
     * notes for {@code --partial}.
     */
    private String end(boolean failed) {
      Map<String, Object> wish = Map.of("failed", failed);
      Map<String, Object> report = Control.ofThisProcess().call("DELETE", path(), wish);
      List<String> lines = new ArrayList<>();
      List<?> misses = (List<?>) report.get("misses");
      if (!misses.isEmpty()) {
        String requests = misses.size() == 1 ? "1 request" : misses.size() + " requests";
        lines.add("mitmvcr: " + requests + " had no match in cassette " + cassette + ":");
        misses.forEach(miss -> lines.add(missed((Map<?, ?>) miss)));
      }
      if (report.get("failure") != null) {
        lines.add("mitmvcr: " + report.get("failure"));
      }
      return String.join("\n", lines);
    }

    private static String missed(Map<?, ?> miss) {
      Map<?, ?> request = (Map<?, ?>) miss.get("request");
      String times = String.valueOf(miss.get("times"));
      String often = times.equals("1") ? "" : " (" + times + " times)";
      return "  " + request.get("method") + " " + request.get("url") + often + ": " + miss.get("reason");
    }
  }

  /** The control API of the mitmvcr that runs, or else of one that this process starts. */
  private static final class Control {
    private static final String VARIABLE = "MITMVCR_CONTROL_URL";
    /** In milliseconds; the API itself waits 30 s for what is under way. */
    private static final int PATIENCE = 60_000;

    private static Control found;
    /** mitmvcr serve ends when its stdin does: with this process, however that ends. */
    private static OutputStream held;

    private final String url;

    private Control(String url) {
      this.url = url.replaceFirst("/$", "");
    }

    static synchronized Control ofThisProcess() {
      if (found == null) {
        String given = System.getenv(VARIABLE);
        if (given != null && !given.isEmpty() && !given.matches("http://[^/]+:\\d+(/.*)?")) {
          throw new IllegalStateException(
              "mitmvcr: " + VARIABLE + "=" + given
                  + ": use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it");
        }
        found = new Control(given == null || given.isEmpty() ? start() : given);
      }
      return found;
    }

    private static String start() {
      String folder = new File("cassettes").getAbsolutePath();
      ProcessBuilder builder =
          new ProcessBuilder("mitmvcr", "serve", "--cassettes", folder, "--attached");
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      String line;
      try {
        Process process = builder.start();
        held = process.getOutputStream();
        line = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
      } catch (IOException error) {
        throw new IllegalStateException(
            "mitmvcr: no mitmvcr on the PATH can be started: install it (pipx install mitmvcr), "
                + "or set "
                + VARIABLE, error);
      }
      if (line == null) {
        throw new IllegalStateException("mitmvcr: mitmvcr serve did not start: see its error above");
      }
      return (String) new Json(line).object().get("control_url");
    }

    /** Asks it; throws what it says of an error. */
    Map<String, Object> call(String method, String path, Map<String, Object> wish) {
      int status;
      String answer;
      try {
        HttpURLConnection connection =
            (HttpURLConnection) URI.create(url + path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setReadTimeout(PATIENCE);
        connection.setRequestProperty("X-Vcr-Control", "1");
        connection.setRequestProperty("Content-Type", "application/json");
        String token = System.getenv("MITMVCR_CONTROL_TOKEN");
        if (token != null && !token.isEmpty()) {
          connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        connection.setDoOutput(true);
        try (OutputStream body = connection.getOutputStream()) {
          body.write(Json.written(wish).getBytes(StandardCharsets.UTF_8));
        }
        status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
          answer = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
      } catch (IOException | IllegalArgumentException error) {
        throw new IllegalStateException(
            "mitmvcr: the control API at " + url + " does not answer (" + error.getMessage()
                + "): start mitmvcr anew, or unset " + VARIABLE + ", and the tests start their own",
            error);
      }
      Map<String, Object> facts = new Json(answer).object();
      if (status >= 300) {
        throw new IllegalStateException("mitmvcr: " + facts.get("detail"));
      }
      return facts;
    }
  }

  /** As much of JSON as the control API needs; Java has none. Numbers stay text. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Map<String, Object> object() {
      Object value = null;
      try {
        value = value();
      } catch (IndexOutOfBoundsException | NumberFormatException error) {
        // no JSON, as below
      }
      if (!(value instanceof Map)) {
        throw new IllegalStateException("mitmvcr: this is no answer of mitmvcr: " + text);
      }
      @SuppressWarnings("unchecked")
      Map<String, Object> found = (Map<String, Object>) value;
      return found;
    }

    private Object value() {
      char first = next();
      switch (first) {
        case '{':
          Map<String, Object> pairs = new LinkedHashMap<>();
          at++;
          while (next() != '}') {
            String name = string();
            next();
            at++; // the colon
            pairs.put(name, value());
            skip(',');
          }
          at++;
          return pairs;
        case '[':
          List<Object> items = new ArrayList<>();
          at++;
          while (next() != ']') {
            items.add(value());
            skip(',');
          }
          at++;
          return items;
        case '"':
          return string();
        default:
          int start = at;
          while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) {
            at++;
          }
          String word = text.substring(start, at);
          return word.equals("null") ? null : word;
      }
    }

    private char next() {
      while (Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return text.charAt(at);
    }

    private void skip(char what) {
      if (next() == what) {
        at++;
      }
    }

    private String string() {
      StringBuilder found = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char each = text.charAt(at);
        found.append(each == '\\' ? escaped() : each);
      }
      at++;
      return found.toString();
    }

    private char escaped() {
      char kind = text.charAt(++at);
      int known = "bfnrt".indexOf(kind);
      if (kind == 'u') {
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
      }
      return known < 0 ? kind : "\b\f\n\r\t".charAt(known);
    }

    static String written(Object value) {
      if (value instanceof Map) {
        return ((Map<?, ?>) value).entrySet().stream()
            .map(pair -> written(pair.getKey()) + ":" + written(pair.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
      }
      if (value instanceof Iterable) {
        List<String> items = new ArrayList<>();
        ((Iterable<?>) value).forEach(item -> items.add(written(item)));
        return "[" + String.join(",", items) + "]";
      }
      if (value == null || value instanceof Boolean || value instanceof Number) {
        return String.valueOf(value);
      }
      return value.toString().chars()
          .mapToObj(each -> each < ' ' || each == '"' || each == '\\'
              ? String.format("\\u%04x", each) : String.valueOf((char) each))
          .collect(Collectors.joining("", "\"", "\""));
    }
  }
}
