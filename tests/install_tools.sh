#!/usr/bin/env bash
# What the tests run beside Python, from Debian's packages: the examples of docs/api.md are in sh, Python and R.
set -euo pipefail

if command -v curl >/dev/null && Rscript -e 'library(jsonlite)' >/dev/null 2>&1; then
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends curl r-base-core r-cran-jsonlite >/dev/null
