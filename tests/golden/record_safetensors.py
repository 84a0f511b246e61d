"""Writes tests/arrays/types.safetensors with the format's own library (pip install safetensors torch): an array of every type that is
read."""

import pathlib

import safetensors.torch
import torch

values = [[0, 1, 2], [100, 3, 7]]
names = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16", "float32", "float64"]
arrays = {name: torch.tensor(values, dtype=getattr(torch, name)) for name in names}
arrays["bool"] = torch.tensor(values) > 1
arrays["scalar"] = torch.tensor(-5, dtype=torch.int64)
arrays["empty"] = torch.zeros((0, 4))
path = pathlib.Path(__file__).parent.parent / "arrays" / "types.safetensors"
path.write_bytes(safetensors.torch.save(arrays, {"format": "pt", "öl": "a \"quoted\" text"}))
