#!/usr/bin/env python3
"""keratin's MNIST epoch beside its peers', in interleaved runs; prints Markdown tables.

    compare.py --program build/release/tests/benchmarks/mnist_epoch [--steps .../steps] [--rounds 5] [--threads 1 2] [--busy]

Peers live in --venvs (or KERATIN_PEER_VENVS), made on the first run: virtual environments, about 3 GB, and ggml, built for some minutes
from the sources in PyPI's llama-cpp-python. Fastest for ggml is an OpenBLAS on OpenMP: Debian's is unpacked beside it where apt-get has
one, otherwise it runs on the OpenBLAS that is installed. A peer that can not be made is left out with a line that says why.

A round runs every program once on each number of threads, so that a machine's slow spells fall on all; the first epoch of a process
(caches, traced graphs) is dropped; the ratio is the median over the rounds of the ratios within a round. --busy keeps one core
spinning, as a neighbour on a shared machine would.
"""

import argparse
import collections
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))


def make(name, *command):
    """A step towards a peer; raises RuntimeError if it fails, OSError if there is no such program."""
    print("making", name + ":", " ".join(command), file=sys.stderr)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [command[0] + " failed"]
        raise RuntimeError(next((line for line in lines if "error" in line.lower()), lines[-1])[:200])


def environment(home, version, module, scripts, packages):
    """The commands of a peer in a virtual environment of this version of Python, made if it can not import the module."""
    name, python = os.path.basename(home), os.path.join(home, "bin", "python")

    def works():
        return os.path.exists(python) and subprocess.run([python, "-c", "import " + module], capture_output=True).returncode == 0

    if not works():
        make(name, "python" + version, "-m", "venv", home)
        make(name, python, "-m", "pip", "install", "--quiet", *packages)
        if not works():
            raise RuntimeError(f"'import {module}' fails in {home}")
    return {table: [python, os.path.join(HERE, f"{table}_{scripts}.py")] for table in ("mnist", "tiny")}


def ggml(home, release):
    """The command of mnist_ggml, on the ggml that this release of llama-cpp-python carries. It has no program for the tiny net."""
    name, build, source = os.path.basename(home), os.path.join(home, "build"), "llama_cpp_python-" + release
    archive, program = os.path.join(home, source + ".tar.gz"), os.path.join(build, "mnist_ggml")
    if not os.path.exists(program):
        make(name, sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", home,
             "llama-cpp-python==" + release)
        make(name, "tar", "-xzf", archive, "-C", home, "--strip-components=3", source + "/vendor/llama.cpp/ggml")
        with contextlib.suppress(OSError, RuntimeError):
            make(name, "sh", "-c", 'cd "$0" && apt-get download libopenblas0-openmp && dpkg -x libopenblas0-openmp_*.deb openblas', home)
        make(name, "cmake", "-S", HERE, "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DGGML_HOME=" + home)
    make(name, "cmake", "--build", build)   # on every run: mnist_ggml.cpp may have changed
    return {"mnist": [program]}


# PyTorch's own index has the build without CUDA, a tenth of the size.
TORCH = ["--extra-index-url", "https://download.pytorch.org/whl/cpu", "torch==2.13.0", "numpy"]
K3 = ["tensorflow-cpu==2.21.0", "keras==3.15.1"]
TF29 = ["tensorflow-cpu==2.9.3", "numpy<1.24", "protobuf<3.20"]


def flushed_torch(home):
    """PyTorch with denormal numbers taken for 0, in the environment of "torch"."""
    commands = environment(os.path.join(os.path.dirname(home), "torch"), "3.11", "torch", "torch", TORCH)
    return {"mnist": [*commands["mnist"], "--flush"]}


Peer = collections.namedtuple("Peer", "label commands")   # commands(home): {table: command}, made there if need be
PEERS = {
    "torch": Peer("PyTorch 2.13, hand-written loop", lambda home: environment(home, "3.11", "torch", "torch", TORCH)),
    "torch_flushed": Peer("PyTorch 2.13, the same with set_flush_denormal(True)", flushed_torch),
    "ggml": Peer("ggml 0.25, ggml_opt_fit, batch 250", lambda home: ggml(home, "0.3.36")),
    "k3": Peer("Keras 3.15 on TF 2.21, fit", lambda home: environment(home, "3.11", "tensorflow", "keras", K3)),
    "tf29": Peer("TF-Keras 2.9.3, fit", lambda home: environment(home, "3.10", "tensorflow", "keras", TF29)),
}
LABELS = {"keratin": "keratin, fit", "floor": "floor: the step by hand on cblas_sgemm"} | {name: peer.label for name, peer in PEERS.items()}


def commands_of(names, folder):
    """[{table: command}] of the peers that can be made, and for each other one a line that says why not."""
    made = []
    for name in names:
        try:
            made.append(PEERS[name].commands(os.path.join(os.path.abspath(folder), name)))
        except (OSError, RuntimeError) as error:
            print(f"skipped {name}: {error}", file=sys.stderr)
    return made


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


def mnist(options, peers):
    times = collections.defaultdict(list)   # (name, threads): seconds by round
    for done in range(options.rounds):
        for threads in options.threads:
            programs = [[options.program], *(peer["mnist"] for peer in peers)]
            commands = [[*program, threads, options.epochs, options.data] for program in programs]
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


def tiny(options, peers):
    values = collections.defaultdict(lambda: collections.defaultdict(list))   # name: {key: microseconds by round}
    for _ in range(options.rounds):
        for name, key, value in steps_of(options.steps) if options.steps else []:
            values[name][key].append(value)
        for command in (peer["tiny"] for peer in peers if "tiny" in peer):
            for name, pairs in run([*command, 1], 1):
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

    peers = commands_of(options.peers, options.venvs)
    core = max(os.sched_getaffinity(0))
    neighbour = None
    if options.busy:
        neighbour = subprocess.Popen([sys.executable, "-c", f"import os\nos.sched_setaffinity(0, [{core}])\nwhile True: pass"])
    try:
        if options.program:
            mnist(options, peers)
        if not options.no_tiny and not options.busy:
            tiny(options, peers)
    finally:
        if neighbour:
            neighbour.kill()
            neighbour.wait()


if __name__ == "__main__":
    main()
