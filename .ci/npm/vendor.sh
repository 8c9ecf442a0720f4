#!/bin/sh
# Copies htmx and the web font, at the versions pinned in package.json, into static/, and axe-core to
# the browser tests.
# Run it after changing a version; the copies are committed, so the build needs no Node.
set -eu
cd "$(dirname "$0")"
npm install --ignore-scripts --no-package-lock --no-audit --no-fund
to=../../static
htmx=node_modules/htmx.org
font=node_modules/@fontsource-variable/source-sans-3
cp "$htmx/dist/htmx.min.js" "$to/vendor/htmx/htmx.min.js"
cp "$htmx/LICENSE" "$to/vendor/htmx/LICENSE"
cp "$font/files/source-sans-3-latin-wght-normal.woff2" "$to/fonts/source-sans-3-latin.woff2"
cp "$font/files/source-sans-3-latin-ext-wght-normal.woff2" "$to/fonts/source-sans-3-latin-ext.woff2"
cp "$font/LICENSE" "$to/fonts/OFL.txt"
axe=../../cmd/billfold/e2e/testdata/axe
cp node_modules/axe-core/axe.min.js node_modules/axe-core/LICENSE node_modules/axe-core/LICENSE-3RD-PARTY.txt "$axe/"
