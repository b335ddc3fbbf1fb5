#!/usr/bin/env bash
# Where a star stands above the horizon makes astropy send a request, on some days: for a time past the
# measured ones its tables of the Earth's rotation may be no older than thirty days at the moment of
# the run, else it fetches new ones, from two hosts in turn. The same program with the same time
# asks nothing in the month in which the tables were made, and later asks in each run until it
# has them; refused, it raises.
#
# Versions: astropy 8.0.2, astropy-iers-data 0.2026.11.2.0.34.55, pyerfa (CPython 3.11 to 3.13).
# Source: astropy's astropy/utils/iers/iers.py (IERS_Auto, which is asked for by UT1 and by AltAz;
# conf.auto_max_age) and its documentation of the IERS data. The present is set by _time_now, which
# the module has for that.
# Why it matters to a recorder: a recording that is made in the first month holds no such request, and
# a strict replay in CI refuses the program some weeks later, with nothing changed; what is fetched is
# kept in the user's home, so that the next recording has none again. An answer that is old itself
# is no help. CI wants conf.auto_download off, or auto_max_age = None.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME="$work"
unset XDG_CONFIG_HOME XDG_CACHE_HOME
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check astropy==8.0.2 \
  astropy-iers-data==0.2026.11.2.0.34.55 numpy==2.4.6
cat > look.py <<'PY'
import http.server
import threading
import warnings
from importlib.metadata import version
from unittest.mock import patch

import astropy.units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time, TimeDelta
from astropy.utils import iers

warnings.simplefilter("ignore")
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(424)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
iers.conf.iers_auto_url = f"{url}/first"
iers.conf.iers_auto_url_mirror = f"{url}/second"
made = Time("2026-11-02")
star = SkyCoord(ra=10 * u.deg, dec=45 * u.deg)
place = EarthLocation(lat=52 * u.deg, lon=13 * u.deg)
print("astropy", version("astropy"), "tables", version("astropy-iers-data"))
for when in ("2026-09-01", "2026-12-24"):
    for days in (10, 35, 400):
        asked.clear()
        iers.earth_orientation_table.set(None)
        iers.IERS_Auto.iers_table = None
        now = made + TimeDelta(days * u.day)
        # The two places that ask for the present, the second one to see whether it may go on
        with patch.object(iers.IERS_Auto, "_time_now", now, create=True), patch.object(Time, "now", lambda: now):
            try:
                seen = star.transform_to(AltAz(obstime=Time(when), location=place))
                said = f"{seen.alt.deg:.2f} degrees"
            except ValueError as error:
                said = type(error).__name__
        print(f"the star on {when}, {days} days after the tables: {said}, asked for {sorted(set(asked))}")
PY
timeout 110 venv/bin/python look.py | tee found
cat > expected <<'END'
astropy 8.0.2 tables 0.2026.11.2.0.34.55
the star on 2026-09-01, 10 days after the tables: 76.76 degrees, asked for []
the star on 2026-09-01, 35 days after the tables: 76.76 degrees, asked for []
the star on 2026-09-01, 400 days after the tables: 76.76 degrees, asked for []
the star on 2026-12-24, 10 days after the tables: 31.31 degrees, asked for []
the star on 2026-12-24, 35 days after the tables: ValueError, asked for ['/first', '/second']
the star on 2026-12-24, 400 days after the tables: ValueError, asked for ['/first', '/second']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
