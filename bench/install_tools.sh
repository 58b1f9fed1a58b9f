#!/usr/bin/env bash
# What the benchmark runs beside Python, from Debian's packages.
set -euo pipefail

if command -v wrk curl psql sqlite3 >/dev/null; then
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends wrk curl postgresql-client sqlite3 >/dev/null
