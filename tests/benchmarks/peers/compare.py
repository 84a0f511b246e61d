#!/usr/bin/env python3
"""keratin's MNIST epoch beside its peers', in interleaved runs; prints Markdown tables.

    compare.py --program build/release/tests/benchmarks/mnist_epoch [--steps .../steps] [--rounds 5] [--threads 1 2] [--busy]

Peers live in virtual environments in --venvs (or KERATIN_PEER_VENVS), made on the first run: about 3 GB. One that can not be made
is left out with a line that says why. A round runs every program once on each number of threads, so that a machine's slow spells
fall on all; the first epoch of a process (caches, traced graphs) is dropped; the ratio is the median over the rounds of the ratios
within a round. --busy keeps one core spinning, as a neighbour on a shared machine would.
"""

import argparse
import collections
import json
import os
import re
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))

Peer = collections.namedtuple("Peer", "label python packages script tiny")
PEERS = {
    "torch": Peer("PyTorch 2.13, hand-written loop", "3.11", ["torch==2.13.0", "numpy"], "mnist_torch.py", "tiny_torch.py"),
    "k3": Peer("Keras 3.15 on TF 2.21, fit", "3.11", ["tensorflow-cpu==2.21.0", "keras==3.15.1"], "mnist_keras.py", "tiny_keras.py"),
    "tf29": Peer("TF-Keras 2.9.3, fit", "3.10", ["tensorflow-cpu==2.9.3", "numpy<1.24", "protobuf<3.20"], "mnist_keras.py",
                 "tiny_keras.py"),
}
LABELS = {"keratin": "keratin, fit", "floor": "floor: the step by hand on cblas_sgemm"} | {name: peer.label for name, peer in PEERS.items()}


def environment(name, folder):
    """The Python of a peer's virtual environment, made if need be; None if it can not be made."""
    peer, home = PEERS[name], os.path.join(folder, name)
    python = os.path.join(home, "bin", "python")
    imports = "import torch" if name == "torch" else "import tensorflow"

    def works():
        return os.path.exists(python) and subprocess.run([python, "-c", imports], capture_output=True).returncode == 0

    if works():
        return python
    base = shutil.which("python" + peer.python)
    if not base:
        return skip(name, f"no python{peer.python} here")
    # PyTorch's own index has the build without CUDA, a tenth of the size.
    index = ["--extra-index-url", "https://download.pytorch.org/whl/cpu"] if name == "torch" else []
    for command in ([base, "-m", "venv", home], [python, "-m", "pip", "install", "--quiet", *index, *peer.packages]):
        print("making", name + ":", " ".join(command), file=sys.stderr)
        try:
            made = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            return skip(name, error)
        if made.returncode:
            return skip(name, (made.stderr.strip() or "pip failed").splitlines()[-1])
    return python if works() else skip(name, f"'{imports}' fails in {home}")


def skip(name, why):
    print(f"skipped {name}: {why}", file=sys.stderr)


def run(command, threads):
    """Every line `name key=value ...` that a program prints, as (name, {key: value})."""
    settings = {"OMP_NUM_THREADS": str(threads), "KERATIN_NUM_THREADS": str(threads), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **settings})
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    lines = []
    for line in done.stdout.splitlines():
        if re.fullmatch(r"[\w-]+( \w+=\S+)+", line):
            name, *pairs = line.split()
            lines.append((name, {key: float(value) for key, value in (pair.split("=") for pair in pairs)}))
    return lines


def epochs_of(command, threads):
    """{name: median seconds of an epoch but the first}"""
    times = collections.defaultdict(list)
    for name, values in run(command, threads):
        if "seconds" in values:
            times[name].append(values["seconds"])
    return {name: statistics.median(seconds[1:]) for name, seconds in times.items()}


def table(head, rows):
    print("|", " | ".join(head), "|\n|" + "---|" * len(head))
    for row in rows:
        print("|", " | ".join(row), "|")
    print()


def mnist(options, pythons):
    times = collections.defaultdict(list)   # (name, threads): seconds by round
    for done in range(options.rounds):
        for threads in options.threads:
            commands = [[options.program, threads, options.epochs, options.data]]
            for name, python in pythons:
                commands.append([python, os.path.join(HERE, PEERS[name].script), threads, options.epochs, options.data])
            first = done % len(commands)   # another program each round: none is always the one after a pause
            for command in commands[first:] + commands[:first]:
                for name, seconds in epochs_of(command, threads).items():
                    times[name, threads].append(seconds)
        print(f"round {done + 1} of {options.rounds} done", file=sys.stderr)

    def cell(name, threads):
        seconds = times[name, threads]
        return f"{statistics.median(seconds):.3f} ({min(seconds):.3f}-{max(seconds):.3f})"

    def ratio(name, threads):
        return f"{statistics.median(b / a for a, b in zip(times['keratin', threads], times[name, threads])):.2f}"

    plural = {threads: f"{threads} thread{'s' if threads > 1 else ''}" for threads in options.threads}
    print("MNIST, seconds per training epoch" + (", one core kept busy by another process" if options.busy else "")
          + f": median of {options.rounds} rounds (least-most), and the ratio to keratin's in the same round\n")
    head, rows = [""], [[LABELS[name], name] for name in LABELS if (name, options.threads[0]) in times]
    for threads in options.threads:
        head += [plural[threads], "ratio"]
        for row in rows:
            row += [cell(row[1], threads), ratio(row[1], threads)]
    table(head, [[label, *cells] for label, _, *cells in rows])


def tiny(options, pythons):
    values = collections.defaultdict(lambda: collections.defaultdict(list))   # name: {key: microseconds by round}
    for _ in range(options.rounds):
        for name, key, value in steps_of(options.steps) if options.steps else []:
            values[name][key].append(value)
        for peer, python in pythons:
            for name, pairs in run([python, os.path.join(HERE, PEERS[peer].tiny), 1], 1):
                for key in pairs.keys() - {"threads"}:
                    values[name][key].append(pairs[key])
    print("Tiny net (Input 4, Dense 8 tanh, Dense 1, batch 32, Adam, mse) and one row through 784-84-10, one thread, us: median of"
          f" {options.rounds} runs\n")
    keys = ["step_us", "fit_us", "predict_us"]
    table(["", "one step", "a step inside fit", "one row predicted"],
          [[LABELS[name], *(microseconds(row[key]) if key in row else "-" for key in keys)] for name, row in values.items()])


def microseconds(values):
    middle = statistics.median(values)
    return f"{middle:.1f}" if middle < 100 else f"{middle:.0f}"


def steps_of(program):
    """keratin's share of the tiny table, from its Google Benchmark program."""
    command = [program, "--benchmark_filter=^(tiny_train_on_batch|tiny_fit|predict_one_row)$", "--benchmark_format=json"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "KERATIN_NUM_THREADS": "1"}, check=True)
    for result in json.loads(done.stdout)["benchmarks"]:
        key = {"tiny_train_on_batch": "step_us", "tiny_fit": "fit_us", "predict_one_row": "predict_us"}[result["name"]]
        yield "keratin", key, result["real_time"] / (100 if key == "fit_us" else 1)   # an epoch of tiny_fit is 100 steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the built mnist_epoch; without it there is no MNIST table")
    parser.add_argument("--steps", help="the built steps, for keratin's row of the tiny table")
    parser.add_argument("--data", default=os.path.join(ROOT, "data", "mnist"))
    parser.add_argument("--venvs", default=os.environ.get("KERATIN_PEER_VENVS", os.path.join(ROOT, "build", "peers")))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=4, help="of each process; the first is dropped")
    parser.add_argument("--busy", action="store_true", help="with a neighbour that spins on one core")
    parser.add_argument("--no-tiny", action="store_true")
    options = parser.parse_args()
    if options.epochs < 2:
        parser.error("--epochs: the first is dropped, so at least 2")

    pythons = [(name, python) for name in options.peers if (python := environment(name, options.venvs))]
    core = max(os.sched_getaffinity(0))
    neighbour = None
    if options.busy:
        neighbour = subprocess.Popen([sys.executable, "-c", f"import os\nos.sched_setaffinity(0, [{core}])\nwhile True: pass"])
    try:
        if options.program:
            mnist(options, pythons)
        if not options.no_tiny and not options.busy:
            tiny(options, pythons)
    finally:
        if neighbour:
            neighbour.kill()
            neighbour.wait()


if __name__ == "__main__":
    main()
