#!/usr/bin/env bash
# Speed and memory of the API server with its store, alone on the machine, beside upstream's figures on a machine of this
# kind (2 cores; kube-apiserver 1.28 with etcd 3.4) and, where one is given, beside another server in the same run.
# Needs root, kubectl and a load generator.
#
#   LOADGEN=/path/to/loadgen bench/apiserver.sh
#   OTHER=/path/to/kubeconfig OTHER_PIDS=12,34       the server to compare with: empty, and its process ids
#
# A profile of its own (`bench-api`) is made and deleted; other profiles are not touched.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${LOADGEN:?names the load generator to use}"
profile=bench-api
export KUBECONFIG=$(mktemp)
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true
  ./navarch delete -p $profile >/dev/null 2>&1 || true
  rm -f "$KUBECONFIG"
}
trap cleanup EXIT


# A new cluster's certificates and settings, then its API server without the rest, with the settings `start` gives it.
./navarch delete -p $profile >/dev/null 2>&1 || true
./navarch start -p $profile >/dev/null
settings=$(tr '\0' '\n' <"/proc/$(awk '{print $1}' /run/navarch/$profile/server.pid)/environ" | grep -E '^(DOTNET_|MALLOC_)')
binary=$(readlink -f "/proc/$(awk '{print $1}' /run/navarch/$profile/server.pid)/exe")
for role in agent server; do
  pid=$(awk '{print $1}' /run/navarch/$profile/$role.pid)
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
done
env $settings "$binary" apiserver -p $profile >/dev/null 2>&1 &
server=$!
until kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.1; done
sleep 5

rss() { awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$server/status"; }
peak() { awk '/VmHWM/ {print int($2 / 1024)}' "/proc/$server/status"; }
metric() { kubectl get --raw /metrics | awk -v name="dotnet_gc_$1_total" '$1 == name {print $2}'; }

# LABEL, upstream's figure (shown as it is), loadgen's arguments
measure() {
  local label=$1 upstream=$2 allocated paused
  shift 2
  allocated=$(metric allocated_bytes) paused=$(metric pause_seconds)
  "$LOADGEN" "$@" --kubeconfig "$KUBECONFIG" --pid "$server" >/tmp/bench-api.log 2>&1 || { cat /tmp/bench-api.log; exit 1; }
  awk -v label="$label" -v upstream="$upstream" -v bytes="$(metric allocated_bytes)" -v bytes0="$allocated" -v pause="$(metric pause_seconds)" -v pause0="$paused" '
    / ops, / { ops = $1; for (i = 1; i <= NF; i++) { if ($i ~ /^ops\/s/) rate = $(i - 1); if ($i == "s:") seconds = $(i - 1) } }
    /latency ms/ { p50 = $4; p99 = $8 }
    /server cpu/ { cpu = $5; sub(/\(/, "", cpu) }
    END {
      printf "%-46s %9.0f/s  p50 %8.2f ms  p99 %8.2f ms  CPU %8s ms each  %7.1f KiB allocated each  GC pauses %5.2f %% of the time  | upstream: %s\n",
        label, rate, p50, p99, cpu, (bytes - bytes0) / 1024 / ops, (pause - pause0) * 100 / (seconds > 0 ? seconds : 1), upstream
    }' /tmp/bench-api.log
  if [ -n "${OTHER:-}" ]; then
    "$LOADGEN" "$@" --kubeconfig "$OTHER" ${OTHER_PIDS:+--pid "$OTHER_PIDS"} 2>&1 | awk '/ ops, |latency ms|server cpu/ { print "    other: " $0 }'
  fi
}

echo "memory, empty: $(rss) MiB | upstream with etcd: 280 MiB"
measure "create ConfigMap 1 KB, 1 client, just started" "326/s, p50 2.2 ms" create --kind configmap --count 3000 --workers 1 --prefix one
measure "create ConfigMap 1 KB, 32 clients" "748/s, p99 181 ms, 1.45 ms CPU" create --kind configmap --count 12000 --workers 32
measure "create ConfigMap 1 KB, 1 client, warm" "326/s, p50 2.2 ms" create --kind configmap --count 5000 --workers 1 --prefix warm
measure "create Pod, 32 clients" "346/s, 2.6 ms CPU" create --kind pod --count 10000 --workers 32
measure "get Pod, 16 clients" "665/s, 0.84 ms CPU" get --kind pod --count 50000 --workers 16
measure "list 10,000 Pods, consistent" "6,400 ms" list --kind pod --count 20
measure "list 10,000 Pods, resourceVersion=0" "660 ms" list --kind pod --count 20 --resource-version 0
measure "list 10,000 Pods, pages of 500 (figures: a page)" "1,800 ms for all 20" list --kind pod --count 10 --limit 500
measure "list 20,000 ConfigMaps" "-" list --kind configmap --count 10
measure "strategic patch of Pod status, 32 clients" "347/s, 3.8 ms CPU" patch --kind pod --type strategic --on status --count 10000 --workers 32
measure "server-side apply of a ConfigMap, 32 clients" "-" patch --kind configmap --type apply --count 10000 --workers 32
measure "1,000 watchers, 50 writes/s (figures: events)" "24,000 events/s" watch --watchers 1000 --rate 50 --seconds 10 --prefix fan
measure "1,000 watchers, 400 writes/s (figures: events)" "24,000 events/s" watch --watchers 1000 --rate 400 --workers 16 --seconds 10 --prefix fan
echo "memory with 20,000 ConfigMaps and 10,000 Pods: $(rss) MiB, peak $(peak) MiB | upstream with etcd: 2,900 MiB"
