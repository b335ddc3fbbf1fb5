#!/usr/bin/env bash
# jsonlite, R's usual JSON, writes four digits behind the point: the place 10.005202927094325 that it has read is 10.0052
# where it is written, some metres off, with no error. Of [1,null] it makes [1,"NA"], of {"n":null}
# {"n":{}}, of 1 the list [1], and where that is turned off, by auto_unbox, of the list ["x"] the text "x"; an id of
# 9007199254740993 is 9.00719925474099e+15.
#
# Versions: jsonlite 1.8.4 (r-cran-jsonlite 1.8.4+dfsg-1) on R 4.2.2 (Debian 12's packages).
# Source: jsonlite's toJSON, digits = 4 and na = "string" for numbers; httr2 and httr ask for 22 digits where they make a body
# themselves, plumber, the usual server, and programs that call toJSON do not.
# Why it matters to a recorder: what a program in R reads from one answer and sends with the next request is another number
# than the one recorded; a null that becomes the text "NA", and a list of one that becomes its entry, make two bodies of
# one message.
set -euo pipefail
for tool in apt-get dpkg Rscript; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download r-cran-jsonlite=1.8.4+dfsg-1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.R <<'R'
library(jsonlite)
texts <- c(
  '{"lat":10.005202927094325}', '[1,null]', '{"n":null}', '{"n":1}', '{"tags":["x"]}', '{"id":9007199254740993}'
)
for (text in texts) {
  read <- fromJSON(text)
  cat(text, toJSON(read), toJSON(read, auto_unbox = TRUE), toJSON(read, auto_unbox = TRUE, digits = NA), "\n")
}
R
R_LIBS=$work/unpacked/usr/lib/R/site-library Rscript look.R | sed 's/ $//' > found
cat found
cat > expected <<'END'
{"lat":10.005202927094325} {"lat":[10.0052]} {"lat":10.0052} {"lat":10.0052029270943}
[1,null] [1,"NA"] [1,"NA"] [1,"NA"]
{"n":null} {"n":{}} {"n":{}} {"n":{}}
{"n":1} {"n":[1]} {"n":1} {"n":1}
{"tags":["x"]} {"tags":["x"]} {"tags":"x"} {"tags":"x"}
{"id":9007199254740993} {"id":[9.00719925474099e+15]} {"id":9.00719925474099e+15} {"id":9.00719925474099e+15}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
