"""Whether Python's safetensors and NumPy read what keratin writes: python check_arrays.py WRITE_ARRAYS

WRITE_ARRAYS is the program of write_arrays.cpp. Exits with 77 where a package is missing.
"""

import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import safetensors
except ImportError as missing:
    print(f"skipped: {missing}. Install numpy and safetensors")
    sys.exit(77)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        archive = np.load(pathlib.Path(folder) / "arrays.npz")
        file = safetensors.safe_open(pathlib.Path(folder) / "model.safetensors", "np")
        assert file.metadata() == {"model": "small", "optimizer": "adam"}
        # What is not in the archive of all weights and outputs is the optimizer's.
        names = {name for name in file.keys() if not name.startswith("optimizer/")}
        assert names == {"dense/kernel", "dense/bias", "norm/gamma", "norm/beta", "norm/moving_mean", "norm/moving_variance"}, names
        for name in names:
            np.testing.assert_array_equal(file.get_tensor(name), archive[name], strict=True)
        assert file.get_tensor("optimizer/iteration") == np.array(3, "int64")
        assert file.get_tensor("optimizer/learning_rate") == np.float32(0.001)
        assert file.get_tensor("optimizer/dense/kernel/velocity").shape == (3, 2)
        for name, values in {"bytes": np.array([1, 255], "uint8"), "integers": np.array([[-1], [2]], "int32"), "scalar": np.int64(-7),
                             "doubles": np.array([0.1]), "none": np.zeros(0, "float32")}.items():
            np.testing.assert_array_equal(archive[name], values, strict=True)
    print("ok")


if __name__ == "__main__":
    main()
