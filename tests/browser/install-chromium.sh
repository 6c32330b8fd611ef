#!/bin/sh
# Debian's Chromium with a font that has Chinese, where it is missing and may be installed; else the tests say so and skip.
set -eu
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "make browser: no chromium here, and only root on Debian can install it (apt-get install chromium" \
        "fonts-wqy-microhei); the tests are skipped."
    exit 0
fi
echo "Installing Debian's chromium ..."
export DEBIAN_FRONTEND=noninteractive
{ apt-get -qq update && apt-get -qq install --no-install-recommends chromium fonts-wqy-microhei; } >/dev/null 2>&1 ||
    echo "make browser: apt-get could not install chromium, is its archive reachable? The tests are skipped."
