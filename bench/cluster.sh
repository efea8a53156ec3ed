#!/usr/bin/env bash
# Figures of a whole one-node cluster: time to Ready, time from `kubectl create deployment` to Pod Ready beside what the
# runtime itself takes, idle memory and CPU of every process beside upstream's. Needs root and kubectl.
#
#   bench/cluster.sh [ROUNDS]            LOADGEN=/path/to/loadgen adds creates/s and lists
#
# A profile of its own (`bench`) is made and deleted; other profiles are not touched.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
profile=bench
state=/var/lib/navarch/$profile
export KUBECONFIG=$(mktemp)
navarch() { ./navarch "$@" -p $profile; }
cleanup() { navarch delete >/dev/null 2>&1 || true; rm -f "$KUBECONFIG"; }
trap cleanup EXIT
now() { date +%s%3N; }
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }

cleanup; touch "$KUBECONFIG"
t=$(now); navarch start >/dev/null; echo "start to Ready, new cluster: $(( $(now) - t )) ms"
for _ in $(seq "$rounds"); do navarch stop >/dev/null; t=$(now); navarch start >/dev/null; echo $(( $(now) - t )); done | median | sed 's/^/start to Ready, stopped cluster: /; s/$/ ms (median)/'

navarch image samples >/dev/null
socket=/run/navarch/$profile/containerd/containerd.sock
for i in $(seq "$rounds"); do
  t=$(now); ctr -n k8s.io --address $socket run --rm docker.io/library/busybox:latest bench-$i true; echo $(( $(now) - t ))
done | median > /tmp/bench-ctr
for i in $(seq "$rounds"); do
  t=$(now); kubectl create deployment bench-$i --image=busybox -- sleep 3600 >/dev/null
  kubectl wait --for=condition=Available deployment/bench-$i --timeout=60s >/dev/null; echo $(( $(now) - t ))
  kubectl delete deployment bench-$i --wait=false >/dev/null
done | median > /tmp/bench-pod
echo "create deployment to Available: $(cat /tmp/bench-pod) ms; ctr run of the image: $(cat /tmp/bench-ctr) ms (medians, ratio $(awk -v a="$(cat /tmp/bench-pod)" -v b="$(cat /tmp/bench-ctr)" 'BEGIN {printf "%.1f", a/b}'))"

sleep 30
pids=$(awk '{print $1}' /run/navarch/$profile/*.pid | sort -u)
ticks() { for p in $pids; do awk '{print $14+$15}' /proc/$p/stat; done | paste -sd+ | bc; }
a=$(ticks); sleep 20; b=$(ticks)
total=0
for p in $pids; do
  rss=$(awk '/VmRSS/ {print int($2/1024)}' /proc/$p/status); total=$((total + rss))
  echo "  $(tr '\0' ' ' < /proc/$p/cmdline | cut -c1-60): $rss MiB"
done
echo "idle memory: $total MiB (upstream's seven processes: 660 MiB, ratio $(awk -v a=$total 'BEGIN {printf "%.2f", a/660}'))"
echo "idle CPU: $(awk -v t=$((b - a)) 'BEGIN {printf "%.2f", t/20}') % of a core (upstream's control plane: 4.9 %)"

if [ -n "${LOADGEN:-}" ]; then
  server=$(cat /run/navarch/$profile/server.pid | awk '{print $1}')
  "$LOADGEN" create --kubeconfig "$KUBECONFIG" --kind configmap --count 5000 --workers 32 --pid "$server"
  "$LOADGEN" create --kubeconfig "$KUBECONFIG" --kind pod --count 5000 --workers 32 --pid "$server"
  "$LOADGEN" list --kubeconfig "$KUBECONFIG" --pid "$server"
fi
