#!/usr/bin/env bash
# Measures bin/authserver and node-oidc-provider in turn, with the same load generator: make bench-peer.
# Needs wrk and node; DATABASE is the database of ours (default: a SQLite file). Everything stays on loopback and ends with the script.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
binary=${1:-../../bin/authserver}
seconds=${SECONDS_EACH:-6}
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

export AUTHSERVER_LISTEN=127.0.0.1:3910 AUTHSERVER_PUBLIC_URL=https://bench.example AUTHSERVER_LOG_LEVEL=warn
export AUTHSERVER_DATABASE_URL=${DATABASE:-sqlite:$work/authserver.db}
AUTHSERVER_SECRET_KEYS=$(head -c 32 /dev/urandom | base64)
AUTHSERVER_METRICS_TOKEN=$(head -c 32 /dev/urandom | base64 | tr -d '/+=')
export AUTHSERVER_SECRET_KEYS AUTHSERVER_METRICS_TOKEN
"$binary" migrate >/dev/null
"$binary" bootstrap --realm bench --admin-email admin@example.com --json >/dev/null
client() { # client FORMAT: credentials of a new service, encoded for Basic
	"$binary" client create --realm bench --name "Bench $1" --type service --token-format "$1" --json |
		node -e 'const c = JSON.parse(require("fs").readFileSync(0)); console.log(Buffer.from(c.client_id + ":" + c.client_secret).toString("base64"))'
}
jwt=$(client jwt)
opaque=$(client opaque)
"$binary" serve &
pids+=($!)
node server.mjs 3911 jwt >/dev/null 2>&1 &
pids+=($!)
node server.mjs 3912 opaque >/dev/null 2>&1 &
pids+=($!)
for port in 3910/readyz 3911/.well-known/openid-configuration 3912/.well-known/openid-configuration; do
	for _ in $(seq 100); do curl -sf "http://127.0.0.1:$port" >/dev/null && break; sleep 0.1; done
done

ours=http://127.0.0.1:3910/realms/bench/oauth2
peer=$(printf 'bench:bench-secret' | base64)
rate() { # rate URL [FORM BASIC]: answers a second; fails when any answer is not 2xx
	local out
	if [ $# -eq 1 ]; then out=$(wrk -t2 -c16 -d"${seconds}s" "$1"); else out=$(wrk -t2 -c16 -d"${seconds}s" -s form.lua "$1" -- "$2" "$3"); fi
	if grep -q 'Non-2xx' <<<"$out"; then echo "$out" >&2; exit 1; fi
	awk '/^Requests\/sec/ {print $2}' <<<"$out"
}
token() { curl -sf -H "Authorization: Basic $2" -d grant_type=client_credentials "$1" | node -pe 'JSON.parse(require("fs").readFileSync(0)).access_token'; }
row() { # row NAME OURS PEER: three turns of each, the middle one counts
	local a=() b=()
	for _ in 1 2 3; do
		a+=("$(eval "$2")")
		b+=("$(eval "$3")")
	done
	local x y
	x=$(printf '%s\n' "${a[@]}" | sort -n | sed -n 2p)
	y=$(printf '%s\n' "${b[@]}" | sort -n | sed -n 2p)
	printf '| %s | %.0f | %.0f | %.1f × |\n' "$1" "$x" "$y" "$(awk "BEGIN {print $x / $y}")"
}
echo '| flow | Auth Server, requests/s | node-oidc-provider, requests/s | ratio |'
echo '|---|---|---|---|'
row 'JWKS' "rate $ours/jwks" 'rate http://127.0.0.1:3911/jwks'
row 'client credentials, JWT (ES256)' "rate $ours/token grant_type=client_credentials $jwt" "rate http://127.0.0.1:3911/token grant_type=client_credentials $peer"
row 'client credentials, opaque' "rate $ours/token grant_type=client_credentials $opaque" "rate http://127.0.0.1:3912/token grant_type=client_credentials $peer"
a=$(token "$ours/token" "$opaque")
b=$(token http://127.0.0.1:3912/token "$peer")
row 'introspection, opaque, active' "rate $ours/introspect token=$a $opaque" "rate http://127.0.0.1:3912/token/introspection token=$b $peer"
