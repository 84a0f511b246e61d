#!/usr/bin/env bash
# ranks.sh [BUILD]: milliseconds of a training step, of one process with two threads, of two processes with one thread each, and of the
# same two between network namespaces with 10 Gbit/s and 50 us latency (as root; left out where the system does not permit it). Runs
# take turns; the medians of seven count. BUILD was configured with -DKERATIN_MPI=ON -DKERATIN_BUILD_BENCHMARKS=ON.
set -euo pipefail
build=${1:-$(dirname "$0")/../../build/release}
program=$(realpath "$build")/tests/benchmarks/ranks
rounds=${ROUNDS:-7}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1

one_process() { KERATIN_NUM_THREADS=2 "$program" "$@"; }
two_processes() { KERATIN_NUM_THREADS=1 mpirun -np 2 --bind-to core "$program" "$@"; }

# Two hosts: namespaces that a pair of virtual network cards connects, 50 us each way in all.
hosts=(keratin_a keratin_b)
remove_hosts() { for host in "${hosts[@]}"; do ip netns del "$host" 2> /dev/null || true; done; }
make_hosts() {
  remove_hosts
  for host in "${hosts[@]}"; do ip netns add "$host" && ip -n "$host" link set lo up || return 1; done
  ip link add keratin0 netns keratin_a type veth peer name keratin1 netns keratin_b || return 1
  local i
  for i in 0 1; do
    ip -n "${hosts[$i]}" address add 10.77.0.$((i + 1))/24 dev keratin$i || return 1
    ip -n "${hosts[$i]}" link set keratin$i up || return 1
    ip netns exec "${hosts[$i]}" tc qdisc add dev keratin$i root netem delay 25us rate 10gbit limit 100000 || return 1
  done
}
# Open MPI starts its daemon on the second host through a program that is called as ssh would be.
two_hosts() {
  local agent
  agent=$(mktemp)
  printf '#!/bin/bash\nshift\nexec ip netns exec keratin_b bash -c "$*"\n' > "$agent"
  chmod +x "$agent"
  KERATIN_NUM_THREADS=1 ip netns exec keratin_a mpirun -np 2 --host 10.77.0.1:1,10.77.0.2:1 --mca plm_rsh_agent "$agent" \
    --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 -x KERATIN_NUM_THREADS "$program" "$@"
  rm -f "$agent"
}

kinds=(one_process two_processes)
if make_hosts 2> /dev/null; then
  trap remove_hosts EXIT
  kinds+=(two_hosts)
else
  remove_hosts
  echo "Between network namespaces: not measured, this system does not permit them" >&2
fi

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
printf '%-18s' network
printf '%16s' "${kinds[@]}"
echo
for network in "84-10 256 60" "128-10 240 60" "2048-2048-10 240 3"; do
  work=$(mktemp -d)
  for ((round = 0; round < rounds; ++round)); do
    for kind in "${kinds[@]}"; do
      # shellcheck disable=SC2086
      $kind $network >> "$work/$kind" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
    done
  done
  printf '%-18s' "784-${network%% *}"
  for kind in "${kinds[@]}"; do printf '%16s' "$(median < "$work/$kind")"; done
  echo
  rm -rf "$work"
done
