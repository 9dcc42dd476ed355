#!/usr/bin/env python3
"""Trains the network of fashion.net on Fashion-MNIST and writes its weights, half precision, to fashion.safetensors.

    python3 train.py [--data DIR] [--epochs N] [--decay N] [--out FILE]

Needs PyTorch and NumPy (Debian: python3-torch) and the data set (Debian: dataset-fashion-mnist). One thread on one core
takes some ten minutes. The seed is fixed, and the test images are looked at once, at the end.

The module below is fashion.net row for row: the table ROWS is the same table, and the attribute names are the labels, so
that the state_dict is the checkpoint. Batch norms are not folded here; lcc does that.
"""
import argparse
import ctypes
import gzip
import json
import time
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = 0.2860, 0.3530  # of the training images, pixels from 0 to 1

# out, expand, kernel, stride, repeat, se, act
ROWS = [
    (24, 1, 3, 2, 1, 0, nn.ReLU),
    (32, 3, 3, 1, 1, 0, nn.ReLU),
    (48, 3, 5, 2, 2, 0.25, nn.ReLU),
    (72, 3, 3, 1, 2, 0, nn.Hardswish),
]


class SqueezeExcite(nn.Module):
    def __init__(self, channels, mid, act, gate):
        super().__init__()
        self.reduce = nn.Conv2d(channels, mid, 1)
        self.expand = nn.Conv2d(mid, channels, 1)
        self.act, self.gate = act(), gate()

    def forward(self, x):
        pooled = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.expand(self.act(self.reduce(pooled))))


class InvertedResidual(nn.Module):
    def __init__(self, channels, out, expand, kernel, stride, squeeze, act):
        super().__init__()
        mid = channels * expand
        self.widens = expand != 1
        if self.widens:
            self.expand = nn.Conv2d(channels, mid, 1, bias=False)
            self.expand_bn = nn.BatchNorm2d(mid)
        self.depthwise = nn.Conv2d(mid, mid, kernel, stride, kernel // 2, groups=mid, bias=False)
        self.depthwise_bn = nn.BatchNorm2d(mid)
        self.se = squeeze(mid) if squeeze else nn.Identity()
        self.project = nn.Conv2d(mid, out, 1, bias=False)
        self.project_bn = nn.BatchNorm2d(out)
        self.act = act()
        self.residual = stride == 1 and channels == out

    def forward(self, x):
        y = self.act(self.expand_bn(self.expand(x))) if self.widens else x
        y = self.act(self.depthwise_bn(self.depthwise(y)))
        y = self.project_bn(self.project(self.se(y)))
        return x + y if self.residual else y


class Network(nn.Module):
    """A stem of 3x3, the blocks of a table like ROWS, a head of 1x1, a mean over all pixels, and a dense layer; in front
    of it another dense layer of `hidden` numbers, if there are any. squeeze_act: None is the row's."""
    def __init__(self, rows, stem, stem_stride, stem_act, head, head_act, hidden=0, squeeze_act=nn.ReLU, gate=nn.Sigmoid):
        super().__init__()
        self.stem = nn.Conv2d(1, stem, 3, stem_stride, 1, bias=False)
        self.stem_bn = nn.BatchNorm2d(stem)
        self.stem_act, self.head_act = stem_act(), head_act()
        blocks, channels = [], stem
        for out, expand, kernel, stride, repeat, se, act in rows:
            for rep in range(repeat):
                mid = int(channels * se)
                squeeze = partial(SqueezeExcite, mid=mid, act=squeeze_act or act, gate=gate) if se else None
                blocks.append(InvertedResidual(channels, out, expand, kernel, stride if rep == 0 else 1, squeeze, act))
                channels = out
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Conv2d(channels, head, 1, bias=False)
        self.head_bn = nn.BatchNorm2d(head)
        self.hidden = nn.Linear(head, hidden) if hidden else None
        self.classifier = nn.Linear(hidden or head, 10)

    def forward(self, x):
        x = self.stem_act(self.stem_bn(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        x = self.head_act(self.head_bn(self.head(x))).mean((2, 3))
        if self.hidden:
            x = self.head_act(self.hidden(x))
        return self.classifier(F.dropout(x, 0.1, self.training))


def read_idx(path):
    """An IDX file: two zero bytes, the type (8: uint8), the rank, big-endian sizes, then the elements."""
    with gzip.open(path) as f:
        data = f.read()
    assert data[:3] == b"\0\0\x08", path
    rank = data[3]
    dims = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(dims).copy()


def load(folder, part):
    images = torch.from_numpy(read_idx(f"{folder}/{part}-images-idx3-ubyte.gz"))
    labels = torch.from_numpy(read_idx(f"{folder}/{part}-labels-idx1-ubyte.gz")).long()
    return images, labels


def normalized(images):
    return ((images.float() / 255 - MEAN) / STD).unsqueeze(1)


def augmented(images, generator):
    """Each image of a batch shifted by up to a pixel either way, and mirrored or not."""
    n = len(images)
    padded = F.pad(images, (1, 1, 1, 1))
    top = torch.randint(0, 3, (n, 1, 1), generator=generator)
    left = torch.randint(0, 3, (n, 1, 1), generator=generator)
    mirrored = torch.rand((n, 1, 1), generator=generator) < 0.5
    rows = top + torch.arange(28).view(1, 28, 1)
    columns = torch.arange(28).view(1, 1, 28)
    columns = left + torch.where(mirrored, 27 - columns, columns)
    return padded[torch.arange(n).view(n, 1, 1), rows, columns]


def accuracy(model, images, labels):
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), 500):
            right += (model(normalized(images[i:i + 500])).argmax(1) == labels[i:i + 500]).sum().item()
    return right / len(images)


def rounded_to_half(model):
    """Rounds the weights as the file will hold them, so that what is measured is what ships."""
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.dtype == torch.float32:
                tensor.copy_(tensor.half().float())


def write_safetensors(model, path):
    """Eight bytes of header length, a JSON header, the tensors one after the other; all little-endian."""
    header, chunks, at = {}, [], 0
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        data = tensor.numpy().astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [at, at + len(data)]}
        chunks.append(data)
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + b"".join(chunks))


def keep_freed_memory():
    """Tells glibc not to give each layer's memory back to the system after use: half the time of a step goes there."""
    trim_threshold, mmap_threshold = -1, -3
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(trim_threshold, 2**30)
        mallopt(mmap_threshold, 2**25)


def learning_rate(step, per_epoch, epochs, decay):
    """Relative to the peak: rising for half an epoch, then constant, then falling to zero over the last epochs."""
    rising = (step + 1) / (0.5 * per_epoch)
    falling = (epochs * per_epoch - step) / (decay * per_epoch)
    return min(rising, 1.0, falling)


def train(model, images, labels, epochs, decay, batch=64, peak=0.08):
    """SGD with Nesterov momentum."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4}, {"params": plain, "weight_decay": 0}],
                                lr=peak, momentum=0.9, nesterov=True)
    generator = torch.Generator().manual_seed(1)
    per_epoch, step = len(images) // batch, 0
    for epoch in range(epochs):
        model.train()
        start, loss_sum = time.time(), 0.0
        order = torch.randperm(len(images), generator=generator)
        for i in range(per_epoch):
            for group in optimizer.param_groups:
                group["lr"] = peak * learning_rate(step, per_epoch, epochs, decay)
            chosen = order[i * batch:(i + 1) * batch]
            x = normalized(augmented(images[chosen], generator)).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(model(x), labels[chosen], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item()
            step += 1
        print(f"epoch {epoch + 1:2d} of {epochs}: loss {loss_sum / per_epoch:.4f}, {time.time() - start:.0f} s", flush=True)


def train_and_write(model, data, epochs, decay, path):
    """Trains on the data set in folder `data`, says what it reaches on the test images, and writes the weights."""
    model = model.to(memory_format=torch.channels_last)
    print(sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    images, labels = load(data, "train")
    train(model, images, labels, epochs, decay)

    test_images, test_labels = load(data, "t10k")
    print(f"test accuracy, single precision: {accuracy(model, test_images, test_labels):.4f}")
    rounded_to_half(model)
    print(f"test accuracy, half precision:   {accuracy(model, test_images, test_labels):.4f}", flush=True)
    write_safetensors(model, path)


def begin():
    """One thread and a fixed seed, so that the same weights come out again."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    keep_freed_memory()


def arguments(epochs, decay):
    """A parser of the options that programs like this one have, with these defaults."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--decay", type=int, default=decay, help="over how many of them the learning rate falls")
    return parser


def main():
    parser = arguments(epochs=10, decay=5)
    parser.description = __doc__.splitlines()[0]
    parser.add_argument("--out", default="fashion.safetensors")
    options = parser.parse_args()
    begin()
    model = Network(ROWS, stem=16, stem_stride=1, stem_act=nn.ReLU, head=192, head_act=nn.Hardswish)
    train_and_write(model, options.data, options.epochs, options.decay, options.out)


if __name__ == "__main__":
    main()
