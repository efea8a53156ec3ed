#!/usr/bin/env bash
# How long clients of three control planes wait when one fails: the longest gap in acknowledged writes of eight writers, while
# the control plane that leads is killed (server and etcd, kill -9), cut off without a word, and while all three are killed; and
# how long until a Deployment that is scaled meanwhile has its pod. Needs root, kubectl and etcd.
#
#   bench/failover.sh [ROUNDS]
#
# It is the test of high availability that is run, so that every round also proves that nothing was lost or done twice.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/EndToEnd --nologo -v quiet -c Release >/dev/null
for round in $(seq "${1:-1}"); do
  echo "round $round:"
  dotnet tests/EndToEnd/bin/Release/net10.0/Navarch.EndToEnd.dll -noColor -showLiveOutput -class '*HighAvailabilityTests' -method '*Any_control_plane*' |
    grep -E 'gap|in all|FAIL|Total:' | sed -E 's/^.*\[OUTPUT\] */  /'
done
