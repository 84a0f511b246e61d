"""Records every golden file again, or the families named: `python record.py [fit optimizers ...]`."""

import importlib
import sys

FAMILIES = ["fit", "optimizers", "schedules", "activations", "losses", "metrics", "ops_layers", "regularizers", "data", "constraints",
            "denormals", "callbacks", "checkpoints"]

if __name__ == "__main__":
    for family in sys.argv[1:] or FAMILIES:
        importlib.import_module(f"record_{family}").main()
