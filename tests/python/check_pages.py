"""Runs the Python blocks of a page of the manual: python check_pages.py PAGE [PROGRAM]

A page's blocks, also those in comments that begin with "<!-- python", are one program. It has to print what the page's blocks of
text show, where "..." stands for any number of lines: the page's C++ program prints the same.

With PROGRAM, the page's C++ program, the two take turns: whenever it prints a line "<turn>" the next Python block is run, in the
same folder. Then only errors count. Exits with 77 where a package is missing.
"""

import contextlib
import importlib.util
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")


def blocks(text, language):
    """The blocks of that language as (number of the first line, code)."""
    pattern = re.compile(rf"^(?:```{language}\n(.*?)^```|<!-- {language}\n(.*?)^-->)$", re.MULTILINE | re.DOTALL)
    return [(text[: found.start()].count("\n") + 2, found[1] or found[2] or "") for found in pattern.finditer(text)]


def differences(printed, expected):
    """What is wrong with the printed lines, or None."""
    printed, skip = [line.rstrip() for line in printed], False
    for line in expected:
        if line == "...":
            skip = True
            continue
        while printed and skip and printed[0] != line.rstrip():
            printed.pop(0)
        if not printed or printed.pop(0) != line.rstrip():
            return f"does not print '{line}'"
        skip = False
    return None if skip or not printed else f"also prints '{printed[0]}'"


def main():
    page = pathlib.Path(sys.argv[1]).resolve()
    program = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    text = page.read_text()
    code = blocks(text, "python")
    packages = set(re.findall(r"^\s*(?:import|from) (\w+)", "\n".join(block for _, block in code), re.MULTILINE))
    missing = sorted(name for name in packages if not importlib.util.find_spec(name))
    if missing:
        print(f"skipped: there is no {', '.join(missing)}")
        sys.exit(77)

    names = {}

    def run(block):
        line, source = block
        exec(compile("\n" * (line - 1) + source, str(page), "exec"), names)

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if program:
            remaining = iter(code)
            with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "KERATIN_PAGE_TURNS": "1"}) as process:
                for line in process.stdout:
                    if line == "<turn>\n":
                        run(next(remaining))
                        process.stdin.write("\n")
                        process.stdin.flush()
            assert process.returncode == 0, f"{program} ended with {process.returncode}"
            assert next(remaining, None) is None, "the program gave too few turns"
        else:
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                for block in code:
                    run(block)
            expected = "".join(block for _, block in blocks(text, "text")).splitlines()
            wrong = differences(output.getvalue().splitlines(), expected)
            assert wrong is None, f"{page}: the Python program {wrong}. It prints:\n{output.getvalue()}"
    print("ok")


if __name__ == "__main__":
    main()
