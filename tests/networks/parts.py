"""Blocks that the networks of this folder share, and how their weights are made. Where PyTorch or torchvision is missing the
test that asks ends as skipped."""
import sys

try:
    import torch
    import torchvision
    from torch import nn
    from torch.nn import functional
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

__all__ = ["Branches", "Residual", "conv", "functional", "nn", "separable", "settle", "torch", "torchvision"]


def settle(module):
    """The module in inference mode. The norms are as after training, not the identity that they begin as."""
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm, nn.LayerNorm)):
            if layer.weight is not None:
                layer.weight.data.uniform_(0.5, 1.5)
                layer.bias.data.uniform_(-0.5, 0.5)
            if getattr(layer, "running_mean", None) is not None:
                layer.running_mean.uniform_(-0.2, 0.2)
                layer.running_var.uniform_(0.5, 1.5)
        elif isinstance(layer, nn.PReLU):
            layer.weight.data.uniform_(0.1, 0.4)
    return module.eval()


def conv(inputs, outputs, kernel=3, stride=1, groups=1, act=nn.ReLU, dilation=1):
    """A convolution with its norm and activation."""
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, dilation * (kernel - 1) // 2, dilation, groups, bias=False),
              nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([act()] if act else []))


def separable(inputs, outputs, kernel=3, stride=1, act=nn.ReLU):
    return nn.Sequential(conv(inputs, inputs, kernel, stride, inputs, act), conv(inputs, outputs, 1, act=act))


class Residual(nn.Module):
    """x + body(x), then an activation if there is one."""

    def __init__(self, *body, act=None):
        super().__init__()
        self.body, self.act = nn.Sequential(*body), act

    def forward(self, x):
        x = x + self.body(x)
        return self.act(x) if self.act else x


class Branches(nn.Module):
    """The results of all branches, joined over the channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)
