# Shared by the scripts: which Python, and a virtual environment of our own for it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

supported() { # is this a Python that the project supports?
  "$1" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
    >/dev/null 2>&1
}

pythons() { # every supported Python found, one per minor version, newest first
  local minor python
  for minor in 13 12 11; do
    for python in "python3.$minor" \
      "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python; do
      if supported "$python"; then
        command -v "$python"
        break
      fi
    done
  done
}

choose_python() { # $PYTHON, else python3 if it will do, else the newest found
  local python
  if [ -n "${PYTHON:-}" ]; then
    supported "$PYTHON" && command -v "$PYTHON" && return
    echo "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13 with venv" >&2
    return 1
  fi
  supported python3 && command -v python3 && return
  python=$(pythons | head -n 1)
  [ -n "$python" ] && echo "$python" && return
  echo "no Python 3.11, 3.12 or 3.13 found: install one, or set PYTHON" >&2
  return 1
}

make_venv() { # make_venv PYTHON [EXTRAS]: prints the folder
  local extras=${2:-} venv
  venv=$(fill_venv "$1" "" "$root/pyproject.toml" -e "$root${extras:+[$extras]}") || return
  touch "$(stamp "$venv" -e "$root")" # what has extras has also what goes without
  echo "$venv"
}

make_client_venv() { # the programs under test live apart: mitmproxy pins what they need
  local wanted=$root/tests/end_to_end/requirements.txt
  fill_venv "$1" clients- "$wanted" -r "$wanted"
}

stamp() { # stamp VENV ARGS: the file that shows that pip has installed ARGS
  local venv=$1
  shift
  echo "$venv/.installed-$(cksum <<<"$*" | cut -d ' ' -f 1)"
}

fill_venv() { # fill_venv PYTHON PREFIX FILE ARGS: pip installs ARGS when FILE is newer
  local python=$1 prefix=$2 file=$3 venv stamp
  shift 3
  venv=$root/.venv/$prefix$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  stamp=$(stamp "$venv" "$@")
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" >&2
  if [ ! "$stamp" -nt "$file" ]; then
    echo "installing into ${venv#"$root"/} ..." >&2
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@" >&2
    touch "$stamp"
  fi
  echo "$venv"
}

need_tools() { # need_tools [FILE...]: installs what of the files' is missing, where we may
  local missing=() package shows
  while read -r package shows; do
    case "$package" in "" | "#"*) continue ;; esac
    bash -c "$shows" >/dev/null 2>&1 </dev/null || missing+=("$package")
  done < <(cat "${@:-$root/scripts/lib.d/tools}")
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]} ..." >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy \
      "${missing[@]}"; } >&2 && return
  fi
  echo "not installed, so some tests are skipped: ${missing[*]}" >&2
}

# The tests of the parts that owe full branch coverage: all in one process each, and fast.
pure=(
  tests/clock tests/convert tests/core tests/drift tests/echo tests/format tests/golden
  tests/learn tests/miss tests/secrets tests/show tests/store tests/tools tests/test_session.py
  tests/test_session_aged.py tests/test_session_echoes.py tests/test_session_own.py
  tests/test_config_writing.py tests/test_variables.py
  tests/test_settings.py tests/test_hooks.py tests/test_network_options.py
  tests/test_matching_options.py tests/test_codings.py tests/test_options.py
  tests/test_config.py tests/test_rerecording.py tests/test_idle_options.py
)
# These parts: rooms, and modules beside them.
owing=(
  clock codings convert core drift echo format learn miss secrets session show store tools
  config_writing.py options.py parsing.py matching_options.py redaction_options.py
  cassette_options.py network_options.py rerecording.py values.py config.py
)

full_coverage() { # Prints the files of these parts, as coverage takes them.
  local part files=()
  for part in "${owing[@]}"; do
    case $part in
      *.py) files+=("addon/mitmvcr/$part") ;;
      *) files+=("addon/mitmvcr/$part/*") ;;
    esac
  done
  local IFS=,
  echo "${files[*]}"
}

tests() { # tests VENV ARGS: pytest. By default some two processes a core: many tests wait.
  local python=$1/bin/python cores words=() memory
  shift
  cores=$(nproc 2>/dev/null || echo 2)
  words=(--dist worksteal -n "${PYTEST_WORKERS:-$((cores > 4 ? 8 : 2 * cores + 1))}")
  if ! memory=$(in_memory); then
    "$python" -m pytest "${words[@]}" "$@"
    return
  fi
  # Thousands of journals are synced, which a disk takes its time for, and nothing here is
  # about a disk. What is to stay: scripts/test --basetemp=FOLDER.
  (
    trap 'rm -rf "$memory"' EXIT
    "$python" -m pytest "${words[@]}" --basetemp="$memory/run" "$@"
  )
}

in_memory() { # a new folder in memory, where there is room for the files of a whole run
  local there free
  there=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)
  free=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
  [ "${there:-0}" -gt 4000000 ] && [ "${free:-0}" -gt 6000000 ] || return 1 # kB
  mktemp -d /dev/shm/mitmvcr-XXXXXX
}

measure_pure() { # measure_pure VENV ARGS: runs the tests of the pure parts with coverage
  local venv=$1
  shift
  rm -f "$root"/.coverage "$root"/.coverage.*
  # What only a random example reaches counts for nothing: the next one may not.
  tests "$venv" --cov --cov-report= -m "not hypothesis" "${pure[@]}" "$@"
}

try_examples() { # try_examples VENV ARGS: runs the tests of the pure parts that draw examples
  local venv=$1
  shift
  tests "$venv" -m hypothesis $(cd "$root" && grep -rl --include='*.py' hypothesis "${pure[@]}") "$@"
}
