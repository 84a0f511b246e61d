"""The published MNIST epoch in PyTorch, in the fastest plain loop: no DataLoader, pixels kept as uint8, the fused Adam.

With --flush denormal numbers are taken for 0.
"""

import time

import torch
from torch import nn

from common import arguments, flag, mnist, report

flushed = flag("--flush")
name = "torch_flushed" if flushed else "torch"
threads, epochs, folder = arguments("epochs folder")
torch.set_flush_denormal(flushed)   # before the helper threads, which inherit it, start
torch.set_num_threads(threads)
(x, y), (test_x, test_y) = [(torch.from_numpy(a).flatten(1), torch.from_numpy(b).long()) for a, b in mnist(folder)]

torch.manual_seed(1)
model = nn.Sequential(nn.Linear(784, 84), nn.ReLU(), nn.Linear(84, 10))
for layer in (model[0], model[2]):
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
cross_entropy = nn.CrossEntropyLoss()

for _ in range(int(epochs)):
    start = time.perf_counter()
    loss_sum, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
    for rows in torch.randperm(len(x)).split(256):
        batch_x, batch_y = x.index_select(0, rows).float(), y.index_select(0, rows)
        optimizer.zero_grad()
        logits = model(batch_x)
        loss = cross_entropy(logits, batch_y)
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach() * len(rows)
        right += (logits.detach().argmax(1) == batch_y).sum()
    loss, accuracy = loss_sum.item() / len(x), right.item() / len(x)
    report(name, threads, seconds=time.perf_counter() - start, loss=loss, acc=accuracy)

with torch.no_grad():
    report(name, threads, val_acc=(model(test_x.float()).argmax(1) == test_y).float().mean().item())
