"""The nets of ../nets.cpp in PyTorch, in the fastest plain loop: the fused Adam, no DataLoader.

nets_torch.py threads NET VARIANT FOLDER SECONDS

VARIANT: plain, cl (channels last), compile (torch.compile), bag (EmbeddingBag), flush (denormal numbers are 0), or several joined
by +. Twenty steps at a time are timed, for SECONDS; each line is their time scaled to an epoch.
"""

import time

import torch
from torch import nn

from common import arguments, mnist, report

threads, net, variant, folder, budget = arguments("NET VARIANT FOLDER SECONDS")
kinds = variant.split("+")
torch.set_flush_denormal("flush" in kinds)   # before the helper threads, which inherit it, start
torch.set_num_threads(threads)
torch.manual_seed(1)


class Embed(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = "bag" in kinds
        self.table = nn.EmbeddingBag(10000, 64, mode="mean") if self.bag else nn.Embedding(10000, 64)
        self.hidden, self.out = nn.Linear(64, 16), nn.Linear(16, 1)

    def forward(self, ids):
        mean = self.table(ids) if self.bag else self.table(ids).mean(1)
        return self.out(torch.relu(self.hidden(mean))).squeeze(1)


def build():
    if net == "embed":
        return Embed()
    if net == "lenet":
        return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                             nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    if net == "convnet":
        return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                             nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10))
    assert net == "bnmlp", net
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(0.2),
                         nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 10))


images = net in ("lenet", "convnet")
if net == "embed":
    batch, loss_of = 512, nn.BCEWithLogitsLoss()
    x, y = torch.randint(0, 10000, (25000, 256)), torch.randint(0, 2, (25000,)).float()
else:
    batch, loss_of = 128, nn.CrossEntropyLoss()
    train_x, train_y = mnist(folder)[0]
    x, y = torch.from_numpy(train_x), torch.from_numpy(train_y).long()
layout = torch.channels_last if "cl" in kinds else torch.contiguous_format
model = build().to(memory_format=layout)
model.train()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
predict = torch.compile(model) if "compile" in kinds else model


def steps():
    """Trains, step by step, without end; yields the loss and the number of right predictions."""
    while True:
        for rows in torch.randperm(len(x)).split(batch):
            if len(rows) < batch:   # torch.compile would compile again for the last batch
                continue
            batch_x, batch_y = x.index_select(0, rows), y.index_select(0, rows)
            if net != "embed":
                batch_x = batch_x.float().mul_(1 / 255)
            if images:
                batch_x = batch_x.unsqueeze(1).contiguous(memory_format=layout)
            optimizer.zero_grad()
            logits = predict(batch_x)
            loss = loss_of(logits, batch_y)
            loss.backward()
            optimizer.step()
            guess = logits.detach() > 0 if net == "embed" else logits.detach().argmax(1)
            yield loss.detach(), (guess == batch_y).sum()


step, chunk, chunks = steps(), 20, 0
for _ in range(chunk):
    next(step)
end = time.perf_counter() + float(budget)
while time.perf_counter() < end or chunks < 2:
    chunks += 1
    start, losses = time.perf_counter(), torch.zeros(())
    for _ in range(chunk):
        losses += next(step)[0]
    loss = losses.item() / chunk
    report("torch", threads, seconds=(time.perf_counter() - start) / chunk * -(-len(x) // batch), loss=loss)
