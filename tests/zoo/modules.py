"""torchvision's networks with random weights. Where PyTorch or torchvision is missing the test that asks ends as skipped."""
import sys

try:
    import torch
    import torchvision
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def make_module(name):
    """In inference mode. The weights keep the signal alive: norms as after training, not the identity that they begin as."""
    torch.manual_seed(1)
    module = getattr(torchvision.models, name)(weights=None).eval()
    for layer in module.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.weight.data.uniform_(0.5, 1.5)
            layer.bias.data.uniform_(-0.5, 0.5)
            layer.running_mean.uniform_(-0.2, 0.2)
            layer.running_var.uniform_(0.5, 1.5)
            layer.num_batches_tracked.fill_(1000)
    return module
