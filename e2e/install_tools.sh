#!/usr/bin/env bash
# What the browser tests need beside Python, from Debian's packages: Chromium, and letters for both scripts.
set -euo pipefail

if command -v chromium >/dev/null && fc-list 2>/dev/null | grep -q NotoSansArabic; then
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-noto-core >/dev/null
