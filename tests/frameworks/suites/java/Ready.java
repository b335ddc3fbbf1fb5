package ready;

import org.junit.jupiter.api.Test;

/** Has no name that Surefire takes for a test's: only who names it runs it. */
class Ready {
  @Test
  void isReady() {}
}
