#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, with Debian's package manager. Does nothing, and asks for
# nothing, where everything is there already.
set -euo pipefail

missing=()
need() { # need PACKAGE COMMAND...: the package is missing unless one of the commands is on PATH
	local package=$1
	shift
	local command
	for command in "$@"; do
		if command -v "$command" >/dev/null 2>&1; then return; fi
	done
	missing+=("$package")
}

# Debian keeps initdb off the PATH, in a folder that carries the major version.
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
	need postgresql initdb
fi
need redis-server redis-server
# Debian's Chromium without windows is half the work; where there is none (Ubuntu), any other does.
if command -v chromium >/dev/null 2>&1 && ! apt-cache show chromium-headless-shell >/dev/null 2>&1; then
	need chromium chromium
else
	need chromium-headless-shell chromium-headless-shell chromium-browser google-chrome
fi
need gcc gcc cc clang     # the race detector is a C library
need nodejs node
need npm npm
need git git
if command -v gcc >/dev/null 2>&1 && [ ! -e /usr/include/stdlib.h ]; then
	missing+=(libc6-dev)
fi
# Without any font a browser draws empty boxes, and no test of contrast or overflow means anything.
if [ -z "$(find /usr/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ]; then
	missing+=(fonts-dejavu-core)
fi
case " ${missing[*]-} " in *' gcc '*) missing+=(libc6-dev) ;; esac

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if ! command -v apt-get >/dev/null 2>&1; then
	echo "The tests need: ${missing[*]} (names of Debian's packages). Install them, then run make test again." >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

echo "Installing for the tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A machine as it comes has no package lists, or old ones.
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
