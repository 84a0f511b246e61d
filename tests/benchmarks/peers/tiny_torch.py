"""A training step of a tiny net (Input 4, Dense 8 tanh, Dense 1, batch 32, Adam, mse) and one row through 784-84-10, in PyTorch."""

import torch
from torch import nn

from common import arguments, microseconds, report

(threads,) = arguments("")
torch.set_num_threads(threads)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
loss_of = nn.MSELoss()
x, y = torch.randn(32, 4), torch.randn(32, 1)


def step():
    optimizer.zero_grad()
    loss_of(model(x), y).backward()
    optimizer.step()


classifier = nn.Sequential(nn.Linear(784, 84), nn.ReLU(), nn.Linear(84, 10), nn.Softmax(1))
row = torch.rand(1, 784)


def predict():
    with torch.inference_mode():
        classifier(row)


report("torch", threads, step_us=microseconds(step), predict_us=microseconds(predict))
