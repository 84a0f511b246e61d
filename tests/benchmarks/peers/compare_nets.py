#!/usr/bin/env python3
"""keratin's nets beside their peers', in interleaved runs; prints a Markdown table.

    compare_nets.py --program build/release/tests/benchmarks/nets [--nets lenet convnet bnmlp embed] [--threads 1 2] [--rounds 3]

Peers are PyTorch and Keras, each with several settings, in the virtual environments that compare.py makes; --python names another
Python that has both. A round runs every program on every setting for a few seconds, on each net and number of threads; the first
figure of a process is dropped. In the table: seconds an epoch, the median over the rounds, and those of the best setting of the best
peer with the median over the rounds of its ratio to keratin's in the same round.
"""

import argparse
import collections
import os
import statistics
import sys

import compare

ROWS = {"lenet": 12800, "convnet": 6400, "bnmlp": 12800, "embed": 25000}   # that fit sees in an epoch, of keratin and Keras
PICTURES = ["cl+flush", "compile+cl+flush"]
TORCH = {"lenet": PICTURES, "convnet": PICTURES, "bnmlp": ["plain", "flush", "compile+flush"], "embed": ["bag", "bag+flush"]}
KERAS = ["plain", "spe", "jit"]


def programs(options):
    """{label: command without the number of threads}, by net"""
    def python(name, *peer):
        return options.python or compare.environment(os.path.join(os.path.abspath(options.venvs), name), "3.11", *peer)["mnist"][0]

    torch, keras = python("torch", "torch", "torch", compare.TORCH), python("k3", "tensorflow", "keras", compare.K3)
    for net in options.nets:
        rows = str(ROWS[net])
        commands = {"keratin": ([options.program, net], [options.epochs, options.data, rows])}
        for variant in TORCH[net]:
            script = os.path.join(compare.HERE, "nets_torch.py")
            commands["PyTorch " + variant] = ([torch, script], [net, variant, options.data, options.seconds])
        for variant in KERAS:
            script = os.path.join(compare.HERE, "nets_keras.py")
            commands["Keras " + variant] = ([keras, script], [net, variant, options.data, options.epochs, rows])
        yield net, {label: command for label, command in commands.items() if label in options.only or not options.only}


def seconds_of(command, threads):
    start, end = command
    lines = compare.run([*start, threads, *end], threads)
    return statistics.median(values["seconds"] for _, values in lines[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the built nets")
    parser.add_argument("--data", default=os.path.join(compare.ROOT, "data", "mnist"))
    parser.add_argument("--venvs", default=os.environ.get("KERATIN_PEER_VENVS", os.path.join(compare.ROOT, "build", "peers")))
    parser.add_argument("--python")
    parser.add_argument("--nets", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--only", nargs="+", default=[], help="settings such as 'keratin' 'Keras plain'; all without it")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", default="4", help="of keratin and Keras; the first is dropped")
    parser.add_argument("--seconds", default="4", help="of PyTorch")
    options = parser.parse_args()

    rows = []
    for net, commands in programs(options):
        for threads in options.threads:
            times = collections.defaultdict(list)   # label: seconds by round
            for done in range(options.rounds):
                labels = list(commands)
                first = done % len(labels)
                for label in labels[first:] + labels[:first]:
                    times[label].append(seconds_of(commands[label], threads))
                    print(f"{net}, {threads} threads, round {done + 1} of {options.rounds}: {label} {times[label][-1]:.3f} s", file=sys.stderr)
            medians = {label: statistics.median(seconds) for label, seconds in times.items()}
            best = min((label for label in medians if label != "keratin"), key=medians.get)
            ratio = statistics.median(b / a for a, b in zip(times["keratin"], times[best]))
            print(net, threads, *(f"{label}: {seconds:.3f}" for label, seconds in medians.items()), sep=", ", flush=True)
            rows.append([net, str(threads), f"{medians['keratin']:.2f}", f"{medians[best]:.2f} ({best})", f"{ratio:.2f}"])
    print()
    compare.table(["net", "threads", "keratin", "best peer", "ratio"], rows)


if __name__ == "__main__":
    main()
