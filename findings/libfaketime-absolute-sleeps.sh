#!/usr/bin/env bash
# With libfaketime's FAKETIME_DONT_FAKE_MONOTONIC=1, which leaves the monotonic clock
# alone, Python's time.sleep raises "Invalid argument", whatever it is given: it sleeps
# until a moment of that clock, and libfaketime takes that for a faked time.
#
# Versions: libfaketime 0.9.10 (Debian's 0.9.10-2.1); CPython 3.11 to 3.13, whose
# time.sleep uses clock_nanosleep with TIMER_ABSTIME.
# Source: libfaketime.c, clock_nanosleep: the faked time at the start is taken from the
# wanted moment, also where the clock is not faked, so that what is left lies before the
# clock's own start.
# Why it matters to a recorder: the variable is what one sets so that time-outs and
# elapsed times stay right while a replay has the recording's date; with it the commonest
# call of a Python program fails, and without it clocks that count from the boot jump.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q libfaketime=0.9.10-2.1 >/dev/null
dpkg-deb -x libfaketime_*.deb .
library=$(find "$work" -name libfaketimeMT.so.1)
python=$(python3 -c 'import sys; print(sys.executable)')
cat > "$work/look.py" <<'PY'
import time

began = time.monotonic()
try:
    time.sleep(0.05)
except OSError as error:
    print(f"time.sleep: {error.strerror}")
else:
    print(f"time.sleep: slept {time.monotonic() - began >= 0.05}")
PY
"$python" --version
echo "libfaketime $(dpkg-deb -f libfaketime_*.deb Version)"
look() {
  echo "$*: $(env "$@" LD_PRELOAD="$library" "$python" "$work/look.py")"
}
alone=$(look FAKETIME=-100d)
told=$(look FAKETIME=-100d FAKETIME_DONT_FAKE_MONOTONIC=1)
printf '%s\n' "$alone" "$told"
[[ $alone == *"slept True" ]]
[[ $told == *"time.sleep: Invalid argument" ]]
