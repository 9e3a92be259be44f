#!/bin/sh
# Compiles requirements/dev.txt and run.txt from pyproject.toml: hashed, for Linux and Windows, without any address.
# uv comes from the package index into a temporary environment, so that nobody needs it installed.
set -eu
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv

compile() { # compile OUTPUT ARGUMENTS…
  output="$1"
  shift
  "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    ${LOCK_ARGS:-} -o "$work/out.txt" "$@"
  {
    echo "# Written by \`make lock\` from pyproject.toml. Do not edit."
    cat "$work/out.txt"
  } > "$work/named.txt"
  mv "$work/named.txt" "$output"
}

# The pins that stand are kept unless pyproject.toml or --upgrade asks for others.
if [ -f requirements/dev.txt ]; then cp requirements/dev.txt "$work/out.txt"; fi
compile requirements/dev.txt pyproject.toml --all-extras

# What runs in a school or an office, and the build backend: the same pins as dev.txt.
rm -f "$work/out.txt"
printf 'hatchling\neditables\n' > "$work/build.in"
compile requirements/run.txt pyproject.toml "$work/build.in" --extra postgres --extra zstd -c requirements/dev.txt --no-annotate
