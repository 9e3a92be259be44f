#!/bin/sh
# Checks what the tests need from the operating system, and installs what is missing where apt and root are at hand.
# Usage: install_system_packages.sh [venv]    `venv` checks only what building the environment needs.
# Otherwise it prints one sentence that names the packages, and ends with status 1.
set -u
python="${PYTHON:-python3}"

has_command() { command -v "$1" > /dev/null 2>&1; }
has_venv() { "$python" -c 'import ensurepip, venv' > /dev/null 2>&1; }
has_chinese_font() { has_command fc-list && [ -n "$(fc-list :lang=zh family 2> /dev/null)" ]; }

list_missing() { # prints the Debian packages that are missing, with a space before each
  has_venv || printf ' python3-venv'
  if [ "$1" = venv ]; then return; fi
  has_command chromium || printf ' chromium'
  has_chinese_font || printf ' fontconfig fonts-wqy-microhei'
  has_command strace || printf ' strace'
  has_command faketime || printf ' faketime'
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has_command sudo && sudo -n true 2> /dev/null; then
    sudo -n "$@"
  else
    return 1
  fi
}

install() { # apt says nothing: whether it worked is judged by what is still missing afterwards
  has_command apt-get || return 1
  as_root true || return 1
  echo "Installing with apt-get:$1" >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update < /dev/null > /dev/null 2>&1
  # shellcheck disable=SC2086  # a list of package names, to be split
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $1 < /dev/null > /dev/null 2>&1
}

wanted="${1:-all}"
missing="$(list_missing "$wanted")"
if [ -z "$missing" ]; then exit 0; fi
install "$missing"
missing="$(list_missing "$wanted")"
if [ -z "$missing" ]; then exit 0; fi
echo "Please install these packages, then run the command again:$missing." >&2
exit 1
