#!/bin/sh
# From an empty folder to the first prediction: clone, `make run`, and one face by the API. Prints seconds.
#
#     sh benchmarks/fresh_clone.sh [REPOSITORY]
#
# REPOSITORY is anything that git clones (default: the one this file is in, as last committed). What the machine
# keeps between runs, pip's cache and the disk's, counts: say with the figure whether they were empty.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
repository=${1:-$here}
folder=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
studio=
# setsid below gives make and the studio a process group of their own, so that both end here and nothing else does.
trap 'if [ -n "$studio" ]; then kill -- "-$studio" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT INT TERM

seconds() { date +%s.%N; }
since() { echo "$1 $(seconds)" | awk '{printf "%.1f", $2 - $1}'; }

start=$(seconds)
git clone --quiet "$repository" "$folder/emola-studio"
cd "$folder/emola-studio"
echo "clone             $(since "$start") s"
EMOLA_PORT=$port setsid make run >"$folder/log" 2>&1 &
studio=$!
until [ -e .venv/.runtime ]; do
	kill -0 "$studio" 2>/dev/null || { tail -n 20 "$folder/log" >&2; exit 1; }
	sleep 0.2
done
echo "requirements in   $(since "$start") s"
.venv/bin/python -m benchmarks.startup --url "http://127.0.0.1:$port" >"$folder/answer"
echo "first prediction  $(since "$start") s"
