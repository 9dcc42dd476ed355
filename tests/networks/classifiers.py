"""Classifiers: torchvision's on small pictures, and blocks of others in networks of a few layers."""
from parts import Branches, Residual, conv, functional, nn, separable, torch, torchvision


def from_torchvision(name, **more):
    return lambda: getattr(torchvision.models, name)(weights=None, num_classes=100, **more)


class GoogLeNet(nn.Module):
    """Without what torchvision's does to the input, and with the auxiliary heads off."""

    def __init__(self):
        super().__init__()
        self.network = torchvision.models.googlenet(weights=None, num_classes=100, aux_logits=False, init_weights=False)

    def forward(self, x):
        return self.network(x)


class GhostModule(nn.Module):
    """Half of the channels by a convolution, the other half from these by a cheap depthwise one."""

    def __init__(self, inputs, outputs, act=nn.ReLU):
        super().__init__()
        self.outputs, half = outputs, (outputs + 1) // 2
        self.primary, self.cheap = conv(inputs, half, 1, act=act), conv(half, half, 3, groups=half, act=act)

    def forward(self, x):
        x = self.primary(x)
        return torch.cat([x, self.cheap(x)], 1)[:, :self.outputs]


class SqueezeExcite(nn.Module):
    def __init__(self, channels, mid):
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(channels, mid, 1), nn.Conv2d(mid, channels, 1)

    def forward(self, x):
        return x * functional.hardsigmoid(self.expand(functional.relu(self.reduce(functional.adaptive_avg_pool2d(x, 1)))))


class GhostBottleneck(nn.Module):
    def __init__(self, inputs, mid, outputs, stride):
        super().__init__()
        layers = [GhostModule(inputs, mid)]
        if stride == 2:
            layers.append(conv(mid, mid, 3, 2, mid, act=None))
        self.body = nn.Sequential(*layers, SqueezeExcite(mid, 8), GhostModule(mid, outputs, act=None))
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            conv(inputs, inputs, 3, stride, inputs, act=None), conv(inputs, outputs, 1, act=None))

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def head(channels, classes=10):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def ghost_net():
    return nn.Sequential(conv(3, 16, 3, 2), GhostBottleneck(16, 17, 16, 1), GhostBottleneck(16, 48, 24, 2),
                         GhostBottleneck(24, 72, 24, 1), GhostBottleneck(24, 72, 40, 2), head(40))


class Eca(nn.Module):
    """Channel attention by a convolution along the channels."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        y = x.mean((2, 3), keepdim=True)
        y = self.conv(y.squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        return x * torch.sigmoid(y)


class Cbam(nn.Module):
    """Attention over the channels by their means and maxima, then over the pixels."""

    def __init__(self, channels):
        super().__init__()
        self.mlp = nn.Sequential(nn.Conv2d(channels, channels // 4, 1), nn.ReLU(), nn.Conv2d(channels // 4, channels, 1))
        self.spatial = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x):
        x = x * torch.sigmoid(self.mlp(functional.adaptive_avg_pool2d(x, 1)) + self.mlp(functional.adaptive_max_pool2d(x, 1)))
        pooled = torch.cat([x.mean(1, keepdim=True), x.max(1, keepdim=True)[0]], 1)
        return x * torch.sigmoid(self.spatial(pooled))


def attention_net(kind):
    def gate(channels):
        return Eca() if kind == "eca" else Cbam(channels)

    return lambda: nn.Sequential(conv(3, 16, 3, 2), Residual(conv(16, 16), conv(16, 16, act=None), gate(16), act=nn.ReLU()),
                                 conv(16, 32, 3, 2), Residual(conv(32, 32), gate(32)), head(32))


class HardBlock(nn.Module):
    """HarDNet: each layer reads those whose distance is a power of two, and the odd ones are joined in the end."""

    def __init__(self, inputs, growth, layers):
        super().__init__()
        widths, links = [inputs], []
        self.layers = nn.ModuleList()
        for i in range(1, layers + 1):
            links.append([i - (1 << k) for k in range(8) if i % (1 << k) == 0 and i >= 1 << k])
            widths.append(int(growth * 1.7 ** (len(links[-1]) - 1)) // 2 * 2)
            self.layers.append(conv(sum(widths[j] for j in links[-1]), widths[i], act=nn.ReLU6))
        self.links = links
        self.outputs = sum(w for i, w in enumerate(widths) if i and (i % 2 == 1 or i == layers))

    def forward(self, x):
        made = [x]
        for link, layer in zip(self.links, self.layers):
            made.append(layer(torch.cat([made[i] for i in link], 1) if len(link) > 1 else made[link[0]]))
        return torch.cat([y for i, y in enumerate(made) if i and (i % 2 == 1 or i == len(made) - 1)], 1)


def hard_net():
    first = HardBlock(32, 10, 4)
    second = HardBlock(48, 12, 8)
    return nn.Sequential(conv(3, 16, 3, 2), conv(16, 32), nn.MaxPool2d(3, 2, 1), first, conv(first.outputs, 48, 1), nn.MaxPool2d(2),
                         second, head(second.outputs))


class CspStage(nn.Module):
    """One half goes by, the other through residuals."""

    def __init__(self, inputs, outputs, count):
        super().__init__()
        self.down, half = conv(inputs, outputs, 3, 2, act=nn.LeakyReLU), outputs // 2
        self.body = nn.Sequential(*[Residual(conv(half, half, 1, act=nn.LeakyReLU), conv(half, half, act=nn.LeakyReLU))
                                    for _ in range(count)])
        self.join = conv(outputs, outputs, 1, act=nn.LeakyReLU)

    def forward(self, x):
        left, right = self.down(x).chunk(2, 1)
        return self.join(torch.cat([left, self.body(right)], 1))


def csp_net():
    return nn.Sequential(conv(3, 16, act=nn.LeakyReLU), CspStage(16, 32, 1), CspStage(32, 64, 2), head(64))


class RepVggBlock(nn.Module):
    """As it is trained: a 3x3, a 1x1 and a norm, summed."""

    def __init__(self, channels):
        super().__init__()
        self.wide, self.narrow, self.norm = conv(channels, channels, act=None), conv(channels, channels, 1, act=None), nn.BatchNorm2d(channels)

    def forward(self, x):
        return functional.relu(self.wide(x) + self.narrow(x) + self.norm(x))


def rep_vgg():
    return nn.Sequential(conv(3, 24, 3, 2), RepVggBlock(24), conv(24, 32, 3, 2), RepVggBlock(32), RepVggBlock(32), head(32))


class MobileOneBlock(nn.Module):
    """As it is trained: several branches over depthwise or pointwise convolutions, summed."""

    def __init__(self, inputs, outputs, kernel, stride, groups, branches=3):
        super().__init__()
        self.branches = nn.ModuleList(conv(inputs, outputs, kernel, stride, groups, act=None) for _ in range(branches))
        self.scale = conv(inputs, outputs, 1, stride, groups, act=None) if kernel > 1 else None
        self.skip = nn.BatchNorm2d(inputs) if inputs == outputs and stride == 1 else None

    def forward(self, x):
        y = sum(branch(x) for branch in self.branches)
        y = y + self.scale(x) if self.scale else y
        return functional.relu(y + self.skip(x) if self.skip else y)


def mobile_one():
    layers = [MobileOneBlock(3, 24, 3, 2, 1, 1)]
    for inputs, outputs, stride in ((24, 32, 2), (32, 32, 1), (32, 48, 2)):
        layers += [MobileOneBlock(inputs, inputs, 3, stride, inputs), MobileOneBlock(inputs, outputs, 1, 1, 1)]
    return nn.Sequential(*layers, head(48))


def inception():
    """Blocks of Inception v3: factored 5x5, asymmetric 7x1 and 1x7, an average pool that counts its padding."""
    def asymmetric(inputs, outputs, kernel):
        return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=tuple(k // 2 for k in kernel), bias=False),
                             nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU())

    first = Branches(conv(32, 16, 1), nn.Sequential(conv(32, 12, 1), conv(12, 16, 5)),
                     nn.Sequential(conv(32, 16, 1), conv(16, 24), conv(24, 24)),
                     nn.Sequential(nn.AvgPool2d(3, 1, 1), conv(32, 8, 1)))
    reduction = Branches(nn.Conv2d(64, 32, 3, 2), nn.Sequential(conv(64, 16, 1), nn.Conv2d(16, 24, 3, 2)), nn.MaxPool2d(3, 2))
    second = Branches(conv(120, 24, 1), nn.Sequential(conv(120, 16, 1), asymmetric(16, 16, (1, 7)), asymmetric(16, 24, (7, 1))))
    return nn.Sequential(conv(3, 32, 3, 2), first, reduction, second, head(48))


class FaceEmbedding(nn.Module):
    """MobileFaceNet: PReLU, residuals, a depthwise convolution over the whole map, and an embedding of length 1."""

    def __init__(self):
        super().__init__()
        def prelu(channels):
            return nn.PReLU(channels)

        def bottleneck(channels):
            return Residual(conv(channels, 2 * channels, 1, act=None), prelu(2 * channels),
                            conv(2 * channels, 2 * channels, 3, groups=2 * channels, act=None), prelu(2 * channels),
                            conv(2 * channels, channels, 1, act=None))

        self.body = nn.Sequential(conv(3, 32, 3, 2, act=None), prelu(32), bottleneck(32), conv(32, 48, 3, 2, act=None), prelu(48),
                                  bottleneck(48), nn.Conv2d(48, 48, 14, groups=48, bias=False), nn.BatchNorm2d(48), nn.Flatten(),
                                  nn.Linear(48, 64, bias=False), nn.BatchNorm1d(64))

    def forward(self, x):
        return functional.normalize(self.body(x))


class AgeGender(nn.Module):
    """Two heads of one trunk: a softmax and an expected value over bins."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(conv(3, 16, 3, 2), separable(16, 32, stride=2), separable(32, 48), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.gender, self.age = nn.Linear(48, 2), nn.Linear(48, 21)
        self.register_buffer("bins", torch.arange(21.0) * 5)

    def forward(self, x):
        x = self.trunk(x)
        return self.gender(x).softmax(1), (self.age(x).softmax(1) * self.bins).sum(1, keepdim=True)


# name: (what it is, how to make it, sizes of the inputs, how it is exported; see networks.py)
NETWORKS = {
    "mobilenet_v2": ("torchvision", from_torchvision("mobilenet_v2"), [(3, 64, 64)], {"opset": 11}),
    "mobilenet_v3_large": ("torchvision", from_torchvision("mobilenet_v3_large"), [(3, 64, 64)], {"opset": 13, "training": True}),
    "efficientnet_b0": ("torchvision", from_torchvision("efficientnet_b0"), [(3, 64, 64)], {"opset": 17}),
    "efficientnet_v2_s": ("torchvision", from_torchvision("efficientnet_v2_s"), [(3, 64, 64)], {"opset": 17}),
    "mnasnet0_5": ("torchvision", from_torchvision("mnasnet0_5"), [(3, 64, 64)], {"opset": 11, "initializers": True}),
    "shufflenet_v2_x1_0": ("torchvision", from_torchvision("shufflenet_v2_x1_0"), [(3, 64, 64)], {"opset": 13, "dynamic": True}),
    "regnet_y_400mf": ("torchvision", from_torchvision("regnet_y_400mf"), [(3, 64, 64)], {"opset": 13}),
    "resnet18": ("torchvision", from_torchvision("resnet18"), [(3, 64, 64)], {"opset": 11, "training": True}),
    "resnext50_32x4d": ("torchvision", from_torchvision("resnext50_32x4d"), [(3, 64, 64)], {"opset": 17}),
    "densenet121": ("torchvision", from_torchvision("densenet121"), [(3, 64, 64)], {"opset": 13}),
    "googlenet": ("torchvision, pools that round up", GoogLeNet, [(3, 64, 64)], {"opset": 17}),
    "squeezenet1_1": ("torchvision", from_torchvision("squeezenet1_1"), [(3, 64, 64)], {"opset": 11, "dynamic": True}),
    "inception": ("Inception v3's blocks: asymmetric kernels, several branches", inception, [(3, 47, 47)], {"opset": 13}),
    "ghostnet": ("GhostNet's blocks: halves by cheap depthwise convolutions", ghost_net, [(3, 64, 64)], {"opset": 13}),
    "eca_net": ("channel attention by a 1-D convolution along the channels", attention_net("eca"), [(3, 48, 48)], {"opset": 13}),
    "cbam_net": ("attention over channels and pixels by means and maxima", attention_net("cbam"), [(3, 48, 48)], {"opset": 17}),
    "hardnet": ("HarDNet's links at distances of powers of two", hard_net, [(3, 64, 64)], {"opset": 11}),
    "cspnet": ("CSPNet's stages: halves that go by", csp_net, [(3, 64, 64)], {"opset": 11, "training": True}),
    "repvgg": ("RepVGG as it is trained: three branches a layer", rep_vgg, [(3, 48, 48)], {"opset": 13, "training": True}),
    "mobileone": ("MobileOne as it is trained: five branches a layer", mobile_one, [(3, 64, 64)], {"opset": 17}),
    "face_embedding": ("MobileFaceNet: PReLU, embedding of length 1", FaceEmbedding, [(3, 56, 56)], {"opset": 11}),
    "age_gender": ("two heads: softmax, and an expected value over bins", AgeGender, [(3, 64, 64)], {"opset": 17, "dynamic": True}),
}
