#!/usr/bin/env bash
# packages.sh NAME...: sees to it that these Debian packages are there. Installs what is missing as root or with sudo;
# elsewhere names it, and how to get it.
set -euo pipefail

missing=()
if command -v dpkg-query > /dev/null; then
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && exit 0
else
  echo "This system does not use Debian packages. keratin needs the contents of these; if you have them, the build goes on: $*" >&2
  exit 0
fi

install=(env DEBIAN_FRONTEND=noninteractive apt-get)
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null; then
    printf 'Missing packages: %s\nInstall them, then run this again:\n  sudo apt-get install %s\n' "${missing[*]}" "${missing[*]}" >&2
    exit 1
  fi
  install=(sudo "${install[@]}")
fi
echo "Installing ${missing[*]} ..." >&2
log=$(mktemp)
if ! { "${install[@]}" update -qq && "${install[@]}" install -y -qq --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
  cat "$log" >&2
  rm -f "$log"
  echo "Could not install: ${missing[*]}" >&2
  exit 1
fi
rm -f "$log"
