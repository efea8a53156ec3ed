#!/usr/bin/env bash
# Whether a client that floods the API server with lists can starve the leases of nodes: how long a renewal takes (100 nodes, one a
# second each) alone and beside 64 clients of one service account that list 5,000 pods without a pause. The two are of different
# priority levels, as kubelets and workloads are. Needs root, kubectl and a load generator.
#
#   LOADGEN=/path/to/loadgen bench/fairness.sh
#
# A profile of its own (`bench-fair`) is made and deleted; other profiles are not touched.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${LOADGEN:?names the load generator to use}"
profile=bench-fair
dir=$(mktemp -d)
export KUBECONFIG=$dir/admin
flood=
cleanup() {
  [ -z "$flood" ] || { kill "$flood" 2>/dev/null; wait "$flood" 2>/dev/null; } || true
  ./navarch delete -p $profile >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap cleanup EXIT

# NAMESPACE NAME ROLE: a kubeconfig of a service account that may what the cluster role says.
account() {
  kubectl create serviceaccount -n "$1" "$2" >/dev/null
  kubectl create clusterrolebinding "bench-$2" --clusterrole "$3" --serviceaccount "$1:$2" >/dev/null
  cp "$KUBECONFIG" "$dir/$2"
  kubectl config --kubeconfig "$dir/$2" set-credentials bench --token "$(kubectl create token -n "$1" "$2")" >/dev/null
  kubectl config --kubeconfig "$dir/$2" set-context --current --user bench >/dev/null
}

./navarch delete -p $profile >/dev/null 2>&1 || true
./navarch start -p $profile >/dev/null
"$LOADGEN" create --kind pod --count 5000 --workers 16 --prefix fair --kubeconfig "$KUBECONFIG" >/dev/null 2>&1
account kube-system bench-heartbeat cluster-admin
account default bench-flood view
sleep 3

renew() {
  "$LOADGEN" nodes --heartbeat --nodes 100 --lease-interval 1 --seconds 15 --kubeconfig "$dir/bench-heartbeat" 2>&1 |
    awk -v label="$1" '/lease renewal/ { sub(/^ *lease renewal */, ""); print label ": " $0 }'
}

renew "lease renewals alone            "
"$LOADGEN" list --kind pod --count 0 --seconds 40 --workers 64 --conns 64 --kubeconfig "$dir/bench-flood" >"$dir/flood.log" 2>&1 &
flood=$!
sleep 3
renew "lease renewals beside the flood "
wait "$flood" || true
flood=
awk '/ ops, |latency ms/ { print "the flood of lists              : " $0 }' "$dir/flood.log"
kubectl get --raw /metrics | grep -E 'apiserver_flowcontrol_(nominal_limit_seats|dispatched_requests_total|rejected_requests_total).*(workload-low|leader-election)' | grep -v ' 0$'
